//! Answers of the query protocol (IAM, STS) as XML, with the place of each element.

use roxmltree::{Document, Node, ParsingOptions};

use crate::source::{SourceId, Span};

/// More nodes than the largest page of an account has: a page lists 1,000 items at most.
const MOST_NODES: u32 = 2_000_000;

/// One answer.
pub struct Page<'t> {
    document: Document<'t>,
    source: SourceId,
}

impl<'t> Page<'t> {
    /// Reads an answer. The reason tells what is wrong with it, and quotes nothing.
    ///
    /// # Errors
    ///
    /// What is no XML, has a DTD, or has more nodes than any answer of AWS.
    pub fn parse(text: &'t str, source: SourceId) -> Result<Self, String> {
        let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
        match Document::parse_with_options(text, options) {
            Ok(document) => Ok(Self { document, source }),
            Err(error) => {
                let place = error.pos();
                Err(format!("it is not readable XML (line {}, column {})", place.row, place.col))
            }
        }
    }

    /// The element that holds the answer: `GetAccountSummaryResult` in `GetAccountSummaryResponse`.
    pub fn result(&self, name: &str) -> Option<Element<'_, 't>> {
        let root = Element { node: self.document.root_element(), source: self.source };
        if root.node.tag_name().name() == name { Some(root) } else { root.child(name) }
    }
}

/// An element of an answer. Names are compared without their namespace.
#[derive(Clone, Copy)]
pub struct Element<'a, 't> {
    node: Node<'a, 't>,
    source: SourceId,
}

impl<'a, 't> Element<'a, 't> {
    /// The first element of this name in it.
    pub fn child(self, name: &str) -> Option<Self> {
        self.children().find(|child| child.node.tag_name().name() == name)
    }

    /// All elements in it.
    pub fn children(self) -> impl Iterator<Item = Self> + use<'a, 't> {
        let source = self.source;
        self.node.children().filter(Node::is_element).map(move |node| Element { node, source })
    }

    /// The members of a list in it: `<UserDetailList><member>…`. A list that is left out is empty.
    pub fn members(self, list: &str) -> impl Iterator<Item = Self> + use<'a, 't> {
        self.child(list).into_iter().flat_map(Self::children)
    }

    /// Its text, parts and CDATA joined, without white space at the ends.
    pub fn text(self) -> String {
        let texts = self.node.children().filter(Node::is_text).filter_map(|node| node.text());
        texts.collect::<String>().trim().to_owned()
    }

    /// The text of an element in it; `None` where there is none.
    pub fn text_of(self, name: &str) -> Option<String> {
        self.child(name).map(Self::text)
    }

    /// Its place.
    pub fn span(self) -> Span {
        let range = self.node.range();
        Span::new(self.source, range.start, range.end)
    }

    /// The place of its start tag's first line, which is where a reader looks.
    pub fn start(self) -> Span {
        let range = self.node.range();
        Span::new(self.source, range.start, range.start + self.node.tag_name().name().len() + 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: SourceId = SourceId(0);

    #[test]
    fn elements_have_places_and_texts() {
        let text = "<R xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><L><member><N> a&amp;<![CDATA[b]]> </N>\
                    </member><member/></L></R>";
        let page = Page::parse(text, SOURCE).unwrap();
        let result = page.result("R").unwrap();
        let members: Vec<_> = result.members("L").collect();
        assert_eq!((members.len(), members[0].text_of("N")), (2, Some("a&b".to_owned())));
        assert_eq!(&text[members[0].start().range()], "<member>");
        assert_eq!(result.members("M").count(), 0);
        assert!(page.result("S").is_none());
    }

    #[test]
    fn hostile_answers_are_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>";
        for wrong in ["", "{}", "<a>", "<a></b>", bomb, "<a>&unknown;</a>", "canary-in-no-xml"] {
            let reason = Page::parse(wrong, SOURCE).err().unwrap();
            assert!(reason.starts_with("it is no XML") && !reason.contains("canary"), "{reason}");
        }
        let deep = "<a>".repeat(200_000) + &"</a>".repeat(200_000);
        // Read or refused, but never a crash.
        let _ = Page::parse(&deep, SOURCE).map(|page| page.result("a").map(|a| a.children().count()));
    }
}
