# Finds secrets in types that print, with rust.awk: fields named after a secret, in what derives `Debug` or is the
# argument of a server function (whose macro derives it), whose type is text or bytes that nothing hides.

function begin_file() {
    code_begins()
    attribute = prints = inside = 0
    before = before2 = field = type = ""
}

function token_seen(token) {
    if (attribute) {
        text = text token
        if (token == "[") attribute++
        if (token == "]" && --attribute == 1) {
            attribute = 0
            if (text ~ /^\[derive\((.*[,:])?Debug[,)]/ || text ~ /^\[server[](]/) prints = 1
        }
    } else if (token == "[" && before == "#") {
        attribute = 2
        text = token
    } else if (inside) {
        in_item(token)
    } else if (prints && token ~ /^(struct|enum|union|fn)$/) {
        prints = 0
        inside = 1
        item = token
        depth = angles = 0
        field = ""
    }
    before2 = before
    before = token
}

function in_item(token) {
    if (field != "") {
        if (token == "<") angles++
        if (token == ">" && before != "-") angles--
        if (token ~ /^[])}]$/ && depth == field_depth || token == "," && depth == field_depth && !angles) end_field()
        else type = type (type ~ /[A-Za-z0-9_]$/ && token ~ /^[A-Za-z0-9_]/ ? " " : "") token
    }
    if (token ~ /^[[({]$/) depth++
    else if (token ~ /^[])}]$/) {
        depth--
        # A function's body is not looked at.
        if (depth == 0 && (token == "}" || token == ")" && item == "fn")) inside = 0
    } else if (token == ";" && depth == 0) inside = 0
    else if (token == ":" && field == "" && depth && before ~ /^[A-Za-z_]/) {
        field = before
        field_depth = depth
        at = FNR
        type = ""
        angles = 0
    }
}

function end_field() {
    if (field ~ /secret|password|verifier|cookie/ && type ~ /(^|[<&[( ])(String|str|u8)([]>);,]|$)/)
        print FILENAME ":" at ": " field ": " type
    field = ""
}

FNR == 1 { begin_file() }
{ tokens($0) }
