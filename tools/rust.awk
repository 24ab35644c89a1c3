# Reads Rust as far as the checks here need it: tokens without comments and strings. A program that is read with this one
# calls code_begins() for each file and tokens($0) for each line, and has a function token_seen(token).

function code_begins() { within = "" }

# Hands over the tokens of a line: names, `::`, and every other character that is not blank.
function tokens(line,    rest, token) {
    rest = code(line)
    while (match(rest, /(r#)?[A-Za-z_][A-Za-z0-9_]*|::|[^ \t]/)) {
        token = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        sub(/^r#/, "", token)
        token_seen(token)
    }
}

# The line without comments; each string becomes "", unless it is a path. Raw strings and comments go on over lines.
function code(line,    out, text, end) {
    out = ""
    while (1) {
        if (within == "comment") {
            if (!match(line, /\/\*|\*\//)) return out
            comments += substr(line, RSTART, 1) == "/" ? 1 : -1
            line = substr(line, RSTART + 2)
            if (comments == 0) within = ""
        } else if (within == "raw") {
            if (!(end = index(line, "\"" hashes))) return out
            line = substr(line, end + 1 + length(hashes))
            within = ""
        } else if (within == "string") {
            if (!match(line, /^([^"\\]|\\.)*"/)) return out
            text = substr(line, 1, RLENGTH - 1)
            line = substr(line, RLENGTH + 1)
            out = out (text ~ /^(crate|self|super)(::[A-Za-z_][A-Za-z0-9_]*)+$/ ? " " text " " : "\"\"")
            within = ""
        } else {
            if (!match(line, /r#*"|["']|\/[\/*]/)) return out line
            out = out substr(line, 1, RSTART - 1)
            text = substr(line, RSTART, RLENGTH)
            line = substr(line, RSTART + RLENGTH)
            if (text == "//") return out
            else if (text == "/*") { within = "comment"; comments = 1 }
            else if (text == "\"") within = "string"
            else if (text == "'") {
                # A character, or else a lifetime.
                if (match(line, /^(\\.[^']*|[^\\']|[\200-\377]+)'/)) line = substr(line, RLENGTH + 1)
            } else { within = "raw"; hashes = substr(text, 2, length(text) - 2) }
        }
    }
}
