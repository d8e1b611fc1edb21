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
    let lower = std::str::from_utf8(lower).unwrap_or_default();
    in_english(lower)
        .or_else(|| in_other_languages(lower))
        .unwrap_or(Step::Other)
}

fn in_english(word: &str) -> Option<Step> {
    Some(match word {
        "is" | "are" | "was" | "were" | "equals" | "becomes" => Step::Is,
        "has" | "have" | "had" | "been" | "will" => Step::Has,
        "set" | "reset" | "changed" | "updated" | "rotated" | "initialised" | "initialized"
        | "generated" | "assigned" => Step::Set,
        "from" => Step::From,
        "to" => Step::To,
        "be" | "being" | "now" | "temporarily" | "initially" | "currently" | "still" | "the"
        | "your" | "this" | "following" | "value" | "string" | "code" | "number" | "new"
        | "api" | "invalid" | "unsupported" => Step::Aside,
        "for" | "of" | "on" | "in" => Step::Whose,
        _ => return None,
    })
}

fn in_other_languages(word: &str) -> Option<Step> {
    Some(match word {
        "ist" | "lautet" | "lauten" | "est" | "sera" | "es" | "é" | "è" | "será" | "luidt"
        | "sera:" | "jest" | "är" | "er" | "je" | "este" | "это" => Step::Is,
        "hat" | "a" | "ha" | "foi" | "bylo" | "byl" | "har" | "zostało" => Step::Has,
        "gesetzt"
        | "geändert"
        | "wurde"
        | "auf"
        | "été"
        | "sido"
        | "změněno"
        | "nastaveno"
        | "zmienione"
        | "ändrats"
        | "satts"
        | "ændret"
        | "endret"
        | "alterada"
        | "alterado"
        | "definida"
        | "cambiada"
        | "cambiado"
        | "изменён"
        | "изменен"
        | "установлен"
        | "сброшен" => Step::Set,
        "à" | "na" | "till" | "til" | "на" => Step::To,
        "von"
        | "für"
        | "pour"
        | "de"
        | "del"
        | "da"
        | "do"
        | "di"
        | "para"
        | "per"
        | "voor"
        | "van"
        | "du"
        | "des"
        | "della"
        | "för"
        | "pro"
        | "dla"
        | "для"
        | "użytkownika"
        | "uživatele"
        | "пользователя" => Step::Whose,
        _ => return None,
    })
}
