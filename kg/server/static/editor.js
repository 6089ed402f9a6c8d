// Sets up yasgui over this server alone: its prefixes, its ontology for completion, and links from entities to their pages.
"use strict";

const FIRST = `SELECT ?who ?whom WHERE {
  ?one kg:met ?other .
  ?one rdfs:label ?who . ?other rdfs:label ?whom .
} LIMIT 100`;
const place = document.getElementById("yasgui");

function localPath(iri, prefixes) {
  for (const prefix of ["wd", "kge"]) {
    const space = prefixes[prefix];
    if (iri.startsWith(space)) return `/entity/${prefix}:${iri.slice(space.length)}`;
  }
  return iri.startsWith(prefixes.g) ? `/graphs/${iri.slice(prefixes.g.length)}` : null;
}

function complete(found) {
  const { Yasqe } = Yasgui;
  const known = Object.entries(found.prefixes).map(([prefix, space]) => `${prefix}: <${space}>`).sort();
  Object.assign(Yasqe.Autocompleters.prefixes, { get: () => Promise.resolve(known), persistenceId: null });
  for (const kind of ["property", "class"]) {
    Yasqe.Autocompleters[kind].get = (_, token) => {
      const start = token?.autocompletionString ?? "";
      return Promise.resolve(found[kind].map(({ iri }) => iri).filter((iri) => iri.startsWith(start)));
    };
  }
}

function follow(prefixes) {
  for (const event of ["mouseover", "focusin", "click"]) {
    place.addEventListener(event, ({ target }) => {
      const link = target.closest?.("a.iri");
      const path = link && localPath(link.getAttribute("href"), prefixes);
      if (path) link.setAttribute("href", path);
    }, true);
  }
}

// Named queries give names, not IRIs: those that exactly one entity has become links too.
const pages = new Map();
const LONGEST_NAME = 80;

async function lookUp(names) {
  const query = `SELECT ?name (SAMPLE(?entity) AS ?one) WHERE { VALUES ?name { ${names.map((name) => JSON.stringify(name)).join(" ")} }
    ?entity rdfs:label ?name ; a/rdfs:subClassOf kg:Entity } GROUP BY ?name HAVING (COUNT(DISTINCT ?entity) = 1)`;
  const headers = { "Content-Type": "application/sparql-query", Accept: "application/sparql-results+json" };
  const response = await fetch("/sparql", { method: "POST", headers, body: query });
  names.forEach((name) => pages.set(name, null));
  if (!response.ok) return;
  for (const { name, one } of (await response.json()).results.bindings) pages.set(name.value, one.value);
}

async function linkNames(prefixes) {
  const cells = [...place.querySelectorAll(".yasr td .nonIri:not([data-seen])")].filter((cell) => !cell.querySelector("sup"));
  cells.forEach((cell) => { cell.dataset.seen = ""; });
  const names = new Set(cells.map((cell) => cell.textContent).filter((name) => name && name.length <= LONGEST_NAME));
  const fresh = [...names].filter((name) => !pages.has(name));
  if (fresh.length) await lookUp(fresh);
  for (const cell of cells) {
    const iri = pages.get(cell.textContent);
    if (!iri) continue;
    const link = document.createElement("a");
    link.textContent = cell.textContent;
    link.href = localPath(iri, prefixes) ?? iri;
    cell.replaceChildren(link);
  }
}

fetch("/terms.json").then((response) => response.json()).then((found) => {
  complete(found);
  follow(found.prefixes);
  new MutationObserver(() => linkNames(found.prefixes)).observe(place, { childList: true, subtree: true });
  const yasgui = new Yasgui(place, {
    requestConfig: { endpoint: new URL("/sparql", location).href, method: "POST" },
    copyEndpointOnNewTab: false,
    populateFromUrl: false,
    endpointCatalogueOptions: { getData: () => [] },
    persistenceId: null,
    yasqe: { value: `PREFIX kg: <${found.prefixes.kg}>\nPREFIX rdfs: <${found.prefixes.rdfs}>\n${FIRST}` },
    yasr: { prefixes: found.prefixes },
  });
  const tab = yasgui.getTab();
  if (place.dataset.query) {
    tab.setQuery(place.dataset.query);
    tab.query();
  }
  document.body.dataset.ready = "true";
});
