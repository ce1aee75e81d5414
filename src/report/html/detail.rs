//! The details of one cluster: its members with their texts, differences and reasons.

use std::borrow::Cow;
use std::io;

use serde::{Serialize, Serializer};

use super::choice::{ChosenAs, ChosenCluster};
use super::markup::visible;
use super::word_diff::{DiffMark, DiffPiece, DiffSide, ShownLengths, member_pieces, plain_pieces};
use super::{ReportedRun, ResultKind, sentences};
use crate::cluster::{Cluster, Member};
use crate::document::{DocId, Span, UnitId, UnitKind, head};
use crate::input::{FieldValue, Record};
use crate::normalize::{Language, Normalizer, Token};
use crate::page::{Sieve, SourcedText};
use crate::report::losses::lost_tokens;
use crate::report::record_sources::RecordSources;
use crate::report::shown_units::{ShownUnits, reread_error};
use crate::report::text::preview;
use crate::shingle::ShingleKind;
use crate::similarity::{Relation, VariantReason};

/// Most members of a cluster that are shown: the keeper and those that are least like it.
pub(super) const MOST_MEMBERS: usize = 60;

/// Most bytes of a text that is compared word by word; of a longer one the head is shown.
const MOST_BYTES: usize = 1 << 18;

/// How much of a member is shown.
pub(super) const LENGTHS: ShownLengths = ShownLengths { all: 3_000, shared: 110, own: 220 };

/// How much of a keeper is shown.
const KEEPER_LENGTHS: ShownLengths = ShownLengths { all: 1_800, ..LENGTHS };

/// How much of an exact copy is shown.
const EXACT_LENGTHS: ShownLengths = ShownLengths { all: 200, ..LENGTHS };

/// Longest title, id, place and source, in characters.
const LABEL: usize = 200;

/// Text of the input, with visible marks for what cannot be seen.
pub(super) struct Shown(pub(super) String);

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&visible(&self.0))
    }
}

impl Shown {
    /// At most [`LABEL`] characters of a text.
    fn label(text: &str) -> Self {
        let end = text.char_indices().nth(LABEL).map_or(text.len(), |(byte, _)| byte);
        let (head, rest) = text.split_at(end);
        Self(if rest.is_empty() { head.to_owned() } else { format!("{head}…") })
    }
}

/// One cluster, for the script and for the static page. The names of the fields are those that the script reads.
#[derive(Serialize)]
pub(super) struct ClusterDetail {
    /// The number in the results.
    pub(super) n: usize,
    /// The keeper and its copies.
    pub(super) size: usize,
    pub(super) why: ChosenAs,
    /// Members that are not shown.
    pub(super) more: usize,
    pub(super) members: Vec<MemberDetail>,
}

/// One member.
#[derive(Serialize)]
pub(super) struct MemberDetail {
    pub(super) id: Shown,
    /// The kind of unit; none for documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<&'static str>,
    /// `keeper`, or the relation to it.
    pub(super) relation: &'static str,
    pub(super) jaccard: f64,
    pub(super) containment: f64,
    pub(super) source: Shown,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) date: Option<String>,
    pub(super) title: Shown,
    pub(super) place: Shown,
    /// The code of the language, empty if it is not known.
    pub(super) lang: &'static str,
    /// Why it is here.
    pub(super) sentence: String,
    /// The text; empty in a short form.
    pub(super) text: Vec<DiffPiece>,
}

impl ClusterDetail {
    /// The same without texts.
    pub(super) fn without_texts(&mut self) {
        for member in &mut self.members {
            member.text = Vec::new();
        }
    }

    /// The title of the keeper.
    pub(super) fn title(&self) -> &str {
        let keeper = self.members.iter().find(|member| member.relation == KEEPER);
        keeper.map_or("", |keeper| &keeper.title.0)
    }
}

/// The relation of the keeper, as outputs name it.
pub(super) const KEEPER: &str = "keeper";

/// Makes details. One for each thread.
pub(super) struct DetailMaker<'a> {
    run: &'a ReportedRun<'a>,
    sources: &'a RecordSources,
    shown: ShownUnits<'a>,
    sieve: Sieve,
    /// The place of the title among the fields of records.
    title: Option<usize>,
}

/// A text that was read and folded again.
struct FoldedUnit {
    text: String,
    tokens: Vec<Token>,
    left_out: Vec<Span>,
    /// Whether only its head was folded.
    is_cut: bool,
}

impl FoldedUnit {
    fn side(&self) -> DiffSide<'_> {
        DiffSide { text: &self.text, tokens: &self.tokens, left_out: &self.left_out }
    }
}

impl<'a> DetailMaker<'a> {
    pub(super) fn new(run: &'a ReportedRun<'a>, sources: &'a RecordSources) -> Self {
        let title = run.corpus.options().fields.iter().position(|field| field == super::TITLE_FIELD);
        let shown = ShownUnits::of_run(run.corpus, run.units, run.names, run.returning);
        Self { run, sources, shown, sieve: run.options.sieve(), title }
    }

    /// The details of a cluster.
    ///
    /// # Errors
    ///
    /// A record cannot be read again.
    pub(super) fn make(&mut self, chosen: &ChosenCluster<Cow<'_, Cluster>>) -> io::Result<ClusterDetail> {
        let cluster = &*chosen.cluster;
        let keeper = self.unit(cluster.keeper)?;

        let members = shown_members(cluster);
        let more = cluster.members.len() - members.len();
        let members = members.into_iter().map(|member| self.member(member, &keeper)).collect::<io::Result<_>>()?;
        Ok(ClusterDetail { n: chosen.number, size: cluster.size(), why: chosen.chosen, more, members })
    }

    fn member(&mut self, member: &Member, keeper: &FoldedUnit) -> io::Result<MemberDetail> {
        let run = self.run;
        let (unit, document) = (member.unit, run.units.document(member.unit));
        let kind = run.units.kind(unit);

        let mut lost = None;
        let text = match member.relation {
            None => plain_pieces(keeper.side(), KEEPER_LENGTHS),
            Some(Relation::Exact) => {
                lost = Some(0);
                plain_pieces(self.unit(unit)?.side(), EXACT_LENGTHS)
            }
            Some(_) => {
                let folded = self.unit(unit)?;
                // Of texts that were cut the ends that belong together are not known.
                if folded.is_cut || keeper.is_cut {
                    plain_pieces(folded.side(), KEEPER_LENGTHS)
                } else {
                    lost = Some(lost_words(&folded.tokens, &keeper.tokens, member.measure));
                    member_pieces(keeper.side(), folded.side(), LENGTHS)
                }
            }
        };

        Ok(MemberDetail {
            id: Shown::label(&self.shown.id(unit)?),
            kind: (kind != UnitKind::Document).then_some(kind.name()),
            relation: member.relation.map_or(KEEPER, Relation::name),
            jaccard: rounded(member.score.jaccard),
            containment: rounded(member.score.containment),
            source: Shown::label(self.sources.name(self.sources.of(document))),
            date: self.date(document),
            title: Shown::label(&self.title(unit)?),
            place: Shown::label(&self.run.place(self.run.units.document(unit))),
            lang: run.languages.get(document.index()).copied().flatten().map_or("", code),
            sentence: sentences::why(member, run.options) + &self.loss(member, lost),
            text,
        })
    }

    /// What the removal of a copy loses, as a sentence; empty for texts that are no copies.
    fn loss(&self, member: &Member, lost: Option<usize>) -> String {
        let is_held_back = member.relation.and_then(Relation::reason) == Some(VariantReason::Lossy);
        let is_copy = !member.attached && self.run.kind == ResultKind::Clusters;
        let document = self.run.units.document(member.unit);
        let is_removed = is_copy && self.run.removed.is_some_and(|removed| removed.contains(&document));
        match lost {
            Some(words) if is_copy || is_held_back => sentences::loss(words, is_removed),
            _ => String::new(),
        }
    }

    /// Reads a unit and folds it as the run did.
    fn unit(&mut self, unit: UnitId) -> io::Result<FoldedUnit> {
        let run = self.run;
        let document = run.units.document(unit);
        let record = run.corpus.read(document).map_err(reread_error)?;
        let whole = run.units.span(unit).of(&record.text);
        let text = head(whole, MOST_BYTES);

        // Only learned rules differ between sources.
        let source = run.options.rules.as_ref().map(|_| self.sources.name(self.sources.of(document)));
        let language = run.languages.get(document.index()).copied().flatten();
        let normalizer = Normalizer::new(run.options.profile, language.unwrap_or_else(|| Language::detect(text)));
        let kept = self.sieve.sift(SourcedText::new(text).kind(run.units.kind(unit)).source(source));

        let left_out = kept.left_out().collect();
        let tokens = normalizer.tokens_of(kept);
        Ok(FoldedUnit { text: text.to_owned(), tokens, left_out, is_cut: text.len() < whole.len() })
    }

    /// The title of a unit: that of its story, that of its record, or its first words.
    fn title(&self, unit: UnitId) -> io::Result<String> {
        let (words, fields) = self.shown.preview_and_fields(unit)?;
        if let Some(title) = fields.title() {
            return Ok(title.to_owned());
        }

        if self.run.units.kind(unit) == UnitKind::Document {
            let record = self.run.corpus.read(self.run.units.document(unit)).map_err(reread_error)?;
            if let Some(title) = self.title_field(&record) {
                return Ok(title);
            }
        }
        let short: String = words.chars().take(90).collect();
        Ok(if short.len() < words.len() { short + "…" } else { short })
    }

    fn title_field(&self, record: &Record<'_>) -> Option<String> {
        match record.fields.get(self.title?)?.as_ref()? {
            FieldValue::Text(title) => Some(preview(title)).filter(|title| !title.is_empty()),
            FieldValue::Number(number) => Some(number.to_string()),
        }
    }

    fn date(&self, document: DocId) -> Option<String> {
        self.run.date(document).map(|date| date.to_string())
    }
}

/// How many tokens of a text are in no shingle that the keeper has too.
fn lost_words(own: &[Token], keeper: &[Token], measure: ShingleKind) -> usize {
    let length = match measure {
        ShingleKind::Word(n) => usize::from(n),
        ShingleKind::Char(_) => 1,
    };
    lost_tokens(own, keeper, length).into_iter().map(|tokens| tokens.len()).sum()
}

/// The members that are shown, in input order.
fn shown_members(cluster: &Cluster) -> Vec<&Member> {
    let mut members: Vec<&Member> = cluster.members.iter().collect();
    if members.len() > MOST_MEMBERS {
        // The keeper comes first, as it has no relation.
        members.sort_by(|a, b| {
            let key = |member: &Member| (member.relation.is_some(), member.score.jaccard);
            let ((a_is_copy, a_score), (b_is_copy, b_score)) = (key(a), key(b));
            a_is_copy.cmp(&b_is_copy).then(a_score.total_cmp(&b_score)).then(a.unit.cmp(&b.unit))
        });
        members.truncate(MOST_MEMBERS);
        members.sort_by_key(|member| member.unit);
    }
    members
}

/// The code of a language in HTML.
pub(super) const fn code(language: Language) -> &'static str {
    match language {
        Language::Other => "",
        language => language.code(),
    }
}

/// A score with four decimals, rounded down, so that nothing less than 1 is shown as 1.
fn rounded(score: f64) -> f64 {
    (score * 1e4).floor() / 1e4
}

/// The class of a mark in the style of the page; none for plain text.
pub(super) const fn class(mark: DiffMark) -> &'static str {
    match mark {
        DiffMark::Shared => "",
        DiffMark::KeeperOnly => "gone",
        DiffMark::MemberOnly => "new",
        DiffMark::LeftOut => "out",
        DiffMark::KeeperNumber => "gone num",
        DiffMark::MemberNumber => "new num",
        DiffMark::Gap => "gap",
    }
}
