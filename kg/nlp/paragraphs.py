"""`kg_paragraphs`: starts a sentence behind each line break, so that the parser never joins a headline and the text."""

from spacy.language import Language
from spacy.tokens import Doc


@Language.factory("kg_paragraphs", assigns=["token.is_sent_start"])
def make_paragraphs(nlp: Language, name: str) -> "Paragraphs":
    """The component that respects line breaks."""
    return Paragraphs()


class Paragraphs:
    """Doc → Doc with sentence starts at line starts; the parser finds the other ones."""

    def __call__(self, doc: Doc) -> Doc:
        for token in doc[:-1]:
            if token.is_space and "\n" in token.text:
                following = doc[token.i + 1]
                if not (following.is_space and "\n" in following.text):
                    following.is_sent_start = True
        return doc
