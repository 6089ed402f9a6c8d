// Sets up yasgui over this server alone: its prefixes, its ontology for completion, and links from entities to their pages.
"use strict";

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

fetch("/terms.json").then((response) => response.json()).then((found) => {
  complete(found);
  follow(found.prefixes);
  const yasgui = new Yasgui(place, {
    requestConfig: { endpoint: new URL("/sparql", location).href, method: "POST" },
    copyEndpointOnNewTab: false,
    populateFromUrl: false,
    endpointCatalogueOptions: { getData: () => [] },
    persistenceId: null,
    yasqe: { value: "SELECT ?whom WHERE {\n  wd:Q7747 kg:met/rdfs:label ?whom\n}" },
    yasr: { prefixes: found.prefixes },
  });
  const tab = yasgui.getTab();
  if (place.dataset.query) {
    tab.setQuery(place.dataset.query);
    tab.query();
  }
  document.body.dataset.ready = "true";
});
