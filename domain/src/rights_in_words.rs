//! What an administrator has granted a consumer beyond the usual, in the words of rows, tables and the activity's readers.

use crate::consumer::Consumer;

impl Consumer {
    /// A word or two for each right that widens what it can do; empty for most consumers.
    pub fn rights_in_words(&self) -> Vec<String> {
        let granted = [
            ("Trusted", self.trusted),
            ("May administer", self.may_administer),
            ("OAuth 1.0", self.allow_oauth_1_0),
        ];
        let granted = granted.into_iter().filter(|(_, is_granted)| *is_granted);
        let acts_for = self.functional_user.as_ref().map(|user| format!("Acts for {user}"));
        granted.map(|(word, _)| word.to_owned()).chain(acts_for).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::{consumer::Consumer, samples, user::Username};

    #[test]
    fn each_right_has_its_word_and_a_wish_has_none() {
        let plain = Consumer { trusted_wished: true, ..samples::consumer() };
        assert!(plain.rights_in_words().is_empty());
        let all = Consumer {
            trusted: true,
            may_administer: true,
            allow_oauth_1_0: true,
            functional_user: Username::parse("ada").ok(),
            ..plain
        };
        assert_eq!(all.rights_in_words(), ["Trusted", "May administer", "OAuth 1.0", "Acts for ada"]);
    }
}
