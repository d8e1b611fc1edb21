//! What the words between "password" and the value say, in the languages of the people who write pipelines.

/// What one word says on the way from "password" to the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// "is": what follows is the value.
    Is,
    /// "set", "changed": "to" behind it leads to the value.
    Set,
    /// "from": what it was, up to "to".
    From,
    /// "to".
    To,
    /// "has": ends what says whose it is.
    Has,
    /// "be", "now": nothing.
    Aside,
    /// "for": whose it is, up to the next "is" or sign.
    Whose,
    /// Any other.
    Other,
}

/// What `word` says, in any case.
pub(super) fn step(word: &str) -> Step {
    let mut lower = [0; 32];
    let Some(lower) = lower.get_mut(..word.len()) else {
        return Step::Other;
    };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    let Some(first) = lower.first() else {
        return Step::Other;
    };
    let begun =
        usize::from(BEGUN[usize::from(*first)])..usize::from(BEGUN[usize::from(*first) + 1]);
    let said = STEPS[begun]
        .iter()
        .find(|(word, _)| word.as_bytes() == lower);
    said.map_or(Step::Other, |(_, step)| *step)
}

/// What words say, in lower case and sorted by their bytes.
static STEPS: [(&str, Step); 124] = [
    ("a", Step::Has),
    ("adalah", Step::Is),
    ("alterada", Step::Set),
    ("alterado", Step::Set),
    ("api", Step::Aside),
    ("are", Step::Is),
    ("assigned", Step::Set),
    ("auf", Step::Set),
    ("be", Step::Aside),
    ("becomes", Step::Is),
    ("been", Step::Has),
    ("being", Step::Aside),
    ("byl", Step::Has),
    ("bylo", Step::Has),
    ("cambiada", Step::Set),
    ("cambiado", Step::Set),
    ("changed", Step::Set),
    ("code", Step::Aside),
    ("currently", Step::Aside),
    ("da", Step::Whose),
    ("de", Step::Whose),
    ("definida", Step::Set),
    ("del", Step::Whose),
    ("della", Step::Whose),
    ("des", Step::Whose),
    ("di", Step::Whose),
    ("dla", Step::Whose),
    ("do", Step::Whose),
    ("du", Step::Whose),
    ("endret", Step::Set),
    ("equals", Step::Is),
    ("er", Step::Is),
    ("es", Step::Is),
    ("est", Step::Is),
    ("este", Step::Is),
    ("foi", Step::Has),
    ("following", Step::Aside),
    ("for", Step::Whose),
    ("from", Step::From),
    ("för", Step::Whose),
    ("für", Step::Whose),
    ("generated", Step::Set),
    ("gesetzt", Step::Set),
    ("geändert", Step::Set),
    ("ha", Step::Has),
    ("had", Step::Has),
    ("har", Step::Has),
    ("has", Step::Has),
    ("hat", Step::Has),
    ("have", Step::Has),
    ("in", Step::Whose),
    ("initialised", Step::Set),
    ("initialized", Step::Set),
    ("initially", Step::Aside),
    ("invalid", Step::Aside),
    ("is", Step::Is),
    ("ist", Step::Is),
    ("je", Step::Is),
    ("jest", Step::Is),
    ("lauten", Step::Is),
    ("lautet", Step::Is),
    ("luidt", Step::Is),
    ("na", Step::To),
    ("nastaveno", Step::Set),
    ("new", Step::Aside),
    ("now", Step::Aside),
    ("number", Step::Aside),
    ("of", Step::Whose),
    ("on", Step::Whose),
    ("para", Step::Whose),
    ("per", Step::Whose),
    ("pour", Step::Whose),
    ("pro", Step::Whose),
    ("reset", Step::Set),
    ("rotated", Step::Set),
    ("satts", Step::Set),
    ("sera", Step::Is),
    ("sera:", Step::Is),
    ("será", Step::Is),
    ("set", Step::Set),
    ("sido", Step::Set),
    ("still", Step::Aside),
    ("string", Step::Aside),
    ("temporarily", Step::Aside),
    ("the", Step::Aside),
    ("this", Step::Aside),
    ("til", Step::To),
    ("till", Step::To),
    ("to", Step::To),
    ("unsupported", Step::Aside),
    ("updated", Step::Set),
    ("użytkownika", Step::Whose),
    ("uživatele", Step::Whose),
    ("value", Step::Aside),
    ("van", Step::Whose),
    ("von", Step::Whose),
    ("voor", Step::Whose),
    ("was", Step::Is),
    ("were", Step::Is),
    ("will", Step::Has),
    ("wurde", Step::Set),
    ("your", Step::Aside),
    ("zmienione", Step::Set),
    ("změněno", Step::Set),
    ("zostało", Step::Has),
    ("à", Step::To),
    ("ändrats", Step::Set),
    ("är", Step::Is),
    ("ændret", Step::Set),
    ("è", Step::Is),
    ("é", Step::Is),
    ("été", Step::Set),
    ("πρόσβασης", Step::Aside),
    ("для", Step::Whose),
    ("изменен", Step::Set),
    ("изменён", Step::Set),
    ("на", Step::To),
    ("пользователя", Step::Whose),
    ("сброшен", Step::Set),
    ("установлен", Step::Set),
    ("это", Step::Is),
    ("הוא", Step::Is),
    ("היא", Step::Is),
    ("هي", Step::Is),
];

/// By each byte how many of the words begin with one before it: at one place of a text most are ruled out.
static BEGUN: [u8; 257] = {
    let mut begun = [0; 257];
    let mut number = 0;
    while number < STEPS.len() {
        let first = STEPS[number].0.as_bytes()[0] as usize;
        begun[first + 1] += 1;
        number += 1;
    }
    let mut byte = 0;
    while byte < 256 {
        begun[byte + 1] += begun[byte];
        byte += 1;
    }
    begun
};

#[cfg(test)]
mod tests {
    use super::{STEPS, step};

    #[test]
    fn each_word_says_what_the_table_says() {
        assert!(STEPS.is_sorted_by_key(|(word, _)| word.as_bytes()));
        for (word, said) in STEPS {
            assert!(step(word) == said, "{word}");
        }
    }
}
