# Finds phrases in comments of Rust sources that puzzle readers; docs/style.md says what to write instead. A phrase is
# found, too, where a line ends in the middle of it.

BEGIN {
    puzzling = " (whoever|(nobody|somebody|everybody) else|anew|so (many|much)|what is given|for certain [.,;:)]" \
        "|(is|are|was|were|be|been) told|of then|(is|are) no errors?|is meant by it|none of none|shall) "
}

# Words and signs, with spaces around each; names of code are left out.
function spaced(text) {
    gsub(/`[^`]*`/, " ` ", text)
    text = " " tolower(text) " "
    gsub(/[^a-z0-9.,;:)]+/, " ", text)
    gsub(/[.,;:)]/, " & ", text)
    gsub(/ +/, " ", text)
    return text
}

FNR == 1 { before = " " }
!match($0, /(^|[ \t])\/\/[\/!]? /) { before = " "; next }
{
    line = spaced(substr($0, RSTART + RLENGTH))
    text = before substr(line, 2)
    passed = 0
    while (match(substr(text, passed + 1), puzzling)) {
        passed += RSTART + RLENGTH - 2
        # What ends in the line before was found there.
        if (passed >= length(before)) print FILENAME ":" FNR ": " substr(text, passed - RLENGTH + 3, RLENGTH - 2)
    }
    before = line
}
