# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Build, ask, explore
#
# From two news pages of August and September 2025 to a graph of who did what to whom, when, where and who says so.
# Open this file in Jupyter (with jupytext), or run all notebooks with `make notebooks`.

# %%
import tempfile
from pathlib import Path

import kg
from kg.resources import resource

# %load_ext kg.notebook

# %% [markdown]
# ## Build
#
# The first page is one article with three others glued behind it. kg takes them apart: four documents, each with its own
# outlet and date. The graph is a folder on disk; building it twice changes nothing.

# %%
folder = tempfile.TemporaryDirectory()
store = kg.build(resource("seeds", "articles"), Path(folder.name) / "korea.kg")
store.query("documents").to_dataframe()

# %% [markdown]
# ## Ask
#
# `store.query` takes SPARQL, the name of a query that kg ships, or a file. The rows become a DataFrame.

# %%
facts = store.query("""
SELECT ?who ?did ?whom ?modality ?said_by ?sentence WHERE {
  ?statement kg:actor/rdfs:label ?who ; kg:recipient/rdfs:label ?whom ; kg:modality/rdfs:label ?modality ; a ?type .
  ?type rdfs:subClassOf* kg:Event ; kg:shortcut/rdfs:label ?did .
  OPTIONAL { ?statement kg:attributedTo/rdfs:label ?said_by }
  ?statement prov:wasDerivedFrom/nif:anchorOf ?sentence .
}
ORDER BY ?who ?whom ?did
""").to_dataframe()
facts.head(8)

# %% [markdown]
# Who acts towards whom, and in how many sentences? A pivot of the same rows, for those who are named most.

# %%
asserted = facts[facts["modality"] == "asserted"]
often = asserted[["who", "whom"]].stack().value_counts().head(7).index
asserted[asserted["who"].isin(often) & asserted["whom"].isin(often)].pivot_table(
    index="who", columns="whom", values="sentence", aggfunc="nunique", fill_value=0
)

# %% [markdown]
# A query by name, with the magic: what is announced, and who says so. Every row has its sentence.

# %%
# %sparql store planned

# %% [markdown]
# ## Explore
#
# The graph itself. Click a node or a line to read the sentences behind it; nothing is fetched from the network.

# %%
kg.view(store, title="Putin, Kim and Trump in August 2025")

# %% [markdown]
# The same graph in networkx, only what happened since 14 August: who stands between the others?

# %%
import networkx as nx

graph = kg.to_networkx(store, since="2025-08-14")
between = nx.betweenness_centrality(nx.Graph(graph))
[(graph.nodes[node]["name"], round(score, 2)) for node, score in sorted(between.items(), key=lambda row: -row[1])[:5]]

# %%
kg.view(graph, title="Since 14 August 2025", height=400)

# %%
store.close()
folder.cleanup()
