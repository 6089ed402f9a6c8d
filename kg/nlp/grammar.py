"""Who does what in a clause, whatever its voice: logical subjects, objects and prepositional arguments of a token.

Reads the ClearNLP dependency labels of spaCy's English models. All functions return tokens: the heads of noun phrases.
"""

from collections.abc import Iterator

from spacy.tokens import Token

from kg.ontology import words

SUBJECT = frozenset({"nsubj", "csubj", "expl"})
PASSIVE_SUBJECT = frozenset({"nsubjpass", "csubjpass"})
OBJECT = frozenset({"dobj", "obj"})
CLAUSE = frozenset({"ccomp", "xcomp", "advcl", "relcl", "acl", "conj", "pcomp"})
NOUN = frozenset({"NOUN", "PROPN", "PRON", "NUM", "ADJ", "DET", "X", "SYM"})
RELATIVE = frozenset({"who", "which", "that", "whom", "whose", "where", "when"})
# Complements of these prepositions belong to the object: "thanked Kim for sending", "accused Iran of sending".
OBJECT_PREPOSITIONS = frozenset({"for", "of", "from", "against", "about", "over"})


def children(token: Token, labels: frozenset[str]) -> list[Token]:
    """The children with one of the dependency labels."""
    return [child for child in token.children if child.dep_ in labels]


def is_verb(token: Token) -> bool:
    """True of a verb or auxiliary, and of what the tagger takes for a noun but the parser for a clause."""
    return token.pos_ in ("VERB", "AUX")


def is_passive(verb: Token) -> bool:
    """True of a passive verb, a passive participle, and a verb coordinated with one."""
    labels = {child.dep_ for child in verb.children}
    if labels & (PASSIVE_SUBJECT | {"auxpass"}):
        return True
    if verb.tag_ not in ("VBN", "VBD"):
        return False
    if verb.dep_ == "acl":
        return not labels & (SUBJECT | OBJECT) or "agent" in labels
    if verb.tag_ == "VBN" and verb.dep_ == "amod":
        return True
    if "agent" in labels and not labels & OBJECT:
        return True
    if verb.dep_ == "conj" and verb.tag_ == "VBN" and not labels & (SUBJECT | {"aux"}):
        return is_passive(verb.head)
    return verb.tag_ == "VBN" and verb.dep_ == "advcl" and not labels & (SUBJECT | {"aux"} | OBJECT)


def antecedent(token: Token) -> Token:
    """The noun that a relative pronoun stands for, or the token itself."""
    if token.lower_ not in RELATIVE or token.pos_ not in ("PRON", "DET", "SCONJ", "ADV"):
        return token
    for ancestor in token.ancestors:
        if ancestor.dep_ == "relcl":
            return ancestor.head
        if ancestor.dep_ in ("ccomp", "acl") and ancestor.head.pos_ in ("NOUN", "PROPN"):
            return ancestor.head
    return token


def agents(verb: Token) -> list[Token]:
    """The nouns of the by-phrase of a passive."""
    found = [noun for by in children(verb, frozenset({"agent"})) for noun in children(by, frozenset({"pobj"}))]
    if not found:
        found = [
            noun
            for by in verb.children
            if by.dep_ == "prep" and by.lower_ == "by"
            for noun in children(by, frozenset({"pobj"}))
        ]
    return found


def subjects(verb: Token, depth: int = 0) -> list[Token]:
    """The logical subjects: of a passive its agents, of a clause without subject those of the clause that controls it."""
    if is_passive(verb):
        found = agents(verb)
        if found or verb.dep_ != "amod":
            return found
        return children(verb, frozenset({"npadvmod", "compound", "nmod"}))
    own = children(verb, SUBJECT)
    if own:
        return [antecedent(token) for token in own if token.dep_ != "expl"]
    return _controller(verb, depth) if depth < 5 else []


def grammatical_subjects(verb: Token, depth: int = 0) -> list[Token]:
    """The subjects as printed, those of a passive too, inherited where the clause has none."""
    own = children(verb, SUBJECT | PASSIVE_SUBJECT)
    if own:
        return [antecedent(token) for token in own if token.dep_ != "expl"]
    if verb.dep_ == "acl" and is_passive(verb):
        return [verb.head]
    return _controller(verb, depth) if depth < 5 else []


def _controller(verb: Token, depth: int) -> list[Token]:
    head, label = verb.head, verb.dep_
    if label == "conj" and is_verb(head):
        return grammatical_subjects(head, depth + 1)
    if label in ("xcomp", "ccomp") and is_verb(head):
        return _of_complement(verb, head, depth)
    if label == "xcomp" and head.pos_ == "ADJ":
        return grammatical_subjects(head.head, depth + 1) if is_verb(head.head) else []
    if label == "advcl" and is_verb(head):
        return grammatical_subjects(head, depth + 1)
    if label == "relcl" or (label in ("acl", "amod") and verb.tag_ == "VBG"):
        return [head]
    if label == "acl":
        return noun_subjects(head)
    if label == "pcomp" and head.dep_ in ("prep", "agent"):
        return _of_prepositional_clause(head, depth)
    return []


def _of_complement(verb: Token, head: Token, depth: int) -> list[Token]:
    """The controller of an infinitive: the object of the verb above, else its subject."""
    if verb.dep_ == "xcomp" and not is_passive(head):
        above = children(head, OBJECT | frozenset({"dative"}))
        if above and above[0].i < verb.i:
            return above
    return grammatical_subjects(head, depth + 1)


def _of_prepositional_clause(preposition: Token, depth: int) -> list[Token]:
    governor = preposition.head
    if not is_verb(governor):
        if (
            governor.dep_ in OBJECT
            and preposition.lower_ in OBJECT_PREPOSITIONS
            and governor.head.lemma_ in words("judging")
        ):
            return [governor]
        return noun_subjects(governor) or _verb_above(governor, depth)
    if preposition.lower_ in OBJECT_PREPOSITIONS:
        return objects(governor) or grammatical_subjects(governor, depth + 1)
    return grammatical_subjects(governor, depth + 1)


def _verb_above(noun: Token, depth: int) -> list[Token]:
    verb = next((ancestor for ancestor in noun.ancestors if is_verb(ancestor)), None)
    return grammatical_subjects(verb, depth + 1) if verb is not None else []


def noun_subjects(noun: Token) -> list[Token]:
    """Who has or does what a noun names: its possessor, else the subject of the verb that it is the object of."""
    owners = children(noun, frozenset({"poss"}))
    if owners:
        return owners
    if noun.dep_ in OBJECT and is_verb(noun.head):
        return subjects(noun.head)
    return []


def objects(verb: Token) -> list[Token]:
    """The logical objects: direct objects, the subjects of a passive, the noun that a participle or relative clause modifies."""
    if is_passive(verb):
        return _passive_objects(verb)
    own = [antecedent(token) for token in children(verb, OBJECT)]
    if own:
        return own
    if verb.dep_ == "relcl" and children(verb, SUBJECT) and _lacks_object(verb):
        return [verb.head]
    following = [child for child in verb.children if child.dep_ == "conj" and is_verb(child)]
    return children(following[0], OBJECT) if following and not children(following[0], SUBJECT) else []


def _lacks_object(verb: Token) -> bool:
    subject = children(verb, SUBJECT)[0]
    return subject.lower_ not in RELATIVE and not any(
        child.dep_ in ("ccomp", "xcomp", "acomp", "attr", "prep") for child in verb.children
    )


def _passive_objects(verb: Token) -> list[Token]:
    own = [antecedent(token) for token in children(verb, PASSIVE_SUBJECT)]
    if own:
        return own
    if verb.dep_ in ("acl", "amod", "relcl"):
        return [verb.head]
    if verb.dep_ in ("conj", "advcl", "xcomp") and is_verb(verb.head):
        return grammatical_subjects(verb.head)
    return []


_BELONGING = frozenset({"of", "for", "to", "at", "in", "from", "on"})
"""Prepositions between an office and its body (`the ambassador to Syria, Mr X`)."""


def appositions(noun: Token) -> list[Token]:
    """The appositions of a noun; a person's name behind an of-phrase (`the chair of the Duma, Mr Volodin`) is one too.

    The parser ties such a name to the noun right before it, which names no person. Of two subjects of one verb with a
    comma between them (`A member of parliament, Samir Dilou said`) the second is in apposition to the first.
    """
    found = children(noun, frozenset({"appos"}))
    if noun.dep_ == "nsubj":
        found += [
            other
            for other in noun.head.children
            if other.dep_ == "nsubj" and other.i > noun.i and noun.doc[other.left_edge.i - 1].text == ","
        ]
    for preposition in children(noun, frozenset({"prep"})):
        if preposition.lower_ not in _BELONGING:
            continue
        for inner in children(preposition, frozenset({"pobj"})):
            if inner.ent_type_ != "PERSON":
                found += [name for name in appositions(inner) if name.ent_type_ == "PERSON"]
    return found


def apposed_to(name: Token) -> Token:
    """The head of the phrase that a name is in apposition to, or the name itself."""
    if name.dep_ != "appos":
        return name
    noun = name.head
    while name.ent_type_ == "PERSON" and noun.dep_ == "pobj" and noun.head.dep_ == "prep":
        outer = noun.head.head
        if outer.pos_ not in ("NOUN", "PROPN") or name not in appositions(outer):
            break
        noun = outer
    return noun


def indirect_objects(verb: Token) -> list[Token]:
    """The nouns in the dative, bare or behind `to`."""
    found = []
    for dative in children(verb, frozenset({"dative"})):
        found += children(dative, frozenset({"pobj"})) if dative.pos_ == "ADP" else [dative]
    return found


def prepositional(token: Token, preposition: str) -> list[Token]:
    """The nouns behind a preposition that depends on the token, also behind a chain (`out of Syria`)."""
    found = []
    for child in token.children:
        if child.dep_ in ("prep", "dative", "agent", "prt", "advmod") and child.lower_ == preposition:
            found += children(child, frozenset({"pobj"}))
            for clause in children(child, frozenset({"pcomp"})):  # "clashed with rebels hiding in a cave"
                found += children(clause, SUBJECT)
            for inner in children(child, frozenset({"prep"})):
                found += children(inner, frozenset({"pobj"}))
    return found


def with_conjuncts(tokens: list[Token]) -> Iterator[Token]:
    """The tokens, each with what is coordinated to its right."""
    for token in tokens:
        yield token
        yield from with_conjuncts([child for child in token.children if child.dep_ == "conj" and child.i > token.i])


def governor(noun: Token) -> Token | None:
    """The verb whose subject, object or adjunct the noun is, through prepositions and other nouns, or None."""
    token = noun
    for _ in range(6):
        if token.head == token:
            return None
        token = token.head
        if is_verb(token):
            return token
    return None
