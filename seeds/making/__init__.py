"""How `seeds/entities/` is made: facts are extracted once, then compiled with the curated tables and installable packages."""
