# Finds circles of imports among the files of crates; tools/circles gives it their sources, sorted, with rust.awk.
#
# An arrow runs from a file to the file that a path of its own leads to, whether in a `use` or in the middle of the
# code, whether written from `crate`, `self` or `super`, from a module below, or from a name that a `use` brought in.
# - A path leads to the file of its longest prefix that is a module: `crate::a::b::C` to src/a/b.rs, or to src/a.rs
#   where `b` is declared within it.
# - lib.rs, main.rs and mod.rs are files like others. `mod x;` is no arrow, but a name that is re-exported is one arrow
#   down and each use of it one arrow up. So a mod.rs may be its folder's face to the outside; a file of the folder that
#   imports through it makes a circle.
# - `use crate::a;` of a module alone is no arrow: what is then reached as `a::b()` is one. `pub use` of a module is.
# - What is under `#[cfg(test)]` does not count, nor do comments. A path in a string counts if it is nothing but a path
#   (`#[serde(with = "crate::text")]`); a method that is called without naming its type is not seen.
# Folders follow the module tree; `#[path]` is not understood.

function module_of(file,    path) {
    path = file
    sub(/^.*\/src\//, "", path)
    sub(/\.rs$/, "", path)
    sub(/(^|\/)(lib|main|mod)$/, "", path)
    gsub(/\//, "::", path)
    return path == "" ? "crate" : "crate::" path
}

function begin_file() {
    name = FILENAME
    sub(/^\.\//, "", name)
    crate = name
    sub(/\/src\/.*/, "", crate)
    if (!(crate in files)) crates[++crate_count] = crate
    files[crate]++
    module = module_of(name)
    if (!((crate, module) in file_of) || name ~ /lib\.rs$/) file_of[crate, module] = name
    code_begins()
    depth = skipping = inline = 0
    before = before2 = ""
    attribute = attribute_depth = 0
    state = chain = ""
    public = 0
}

# Notes a path: KIND is path, use, face (`pub use`) or glob.
function note(kind, path, alias) {
    count++
    kinds[count] = kind; paths[count] = path; from[count] = name; at[count] = FNR; in_module[count] = module
    in_crate[count] = crate
    if (kind == "use" || kind == "face") aliases[crate, module, alias] = count
    if (kind == "glob") globs[crate, module] = globs[crate, module] " " count
}

function joined(a, b) { return a == "" ? b : a "::" b }

function end_branch() {
    if (branch == "") return
    if (alias == "") { alias = branch; sub(/^.*::/, "", alias) }
    note(face ? "face" : "use", joined(prefix, branch), alias)
    branch = alias = ""
}

# Inside of a `use`.
function use_token(token) {
    if (token == "{") { stack[++deep] = prefix; prefix = joined(prefix, branch); branch = alias = "" }
    else if (token == "}") { end_branch(); whole(); prefix = stack[deep--] }
    else if (token == ",") { end_branch(); whole() }
    else if (token == ";") { end_branch(); whole(); state = "" }
    else if (token == "*") { note("glob", joined(prefix, branch), ""); branch = "" }
    else if (token == "as") renamed = 1
    else if (token == "::") { if (before == "use") branch = ":" }
    else if (token ~ /^[A-Za-z_]/) {
        if (renamed) alias = token
        else if (token == "self" && branch == "" && prefix != "") itself = 1
        else branch = joined(branch, token)
        if (itself) itself_as = renamed ? token : ""
    }
}

# `a::{self}` is `a`.
function whole(    last) {
    if (itself) {
        last = prefix
        sub(/^.*::/, "", last)
        note(face ? "face" : "use", prefix, itself_as == "" ? last : itself_as)
    }
    itself = renamed = 0
    itself_as = alias = ""
}

function end_chain() {
    if (chain ~ /::/ && !visible_in) note("path", chain, "")
    chain = ""
}

function token_seen(token) {
    # #[...]: only cfg(test) matters, and what is in the brackets may name paths.
    if (token == "[" && before == "#") { attribute = 1; attribute_depth = 0; attribute_text = "" }
    if (attribute) {
        attribute_text = attribute_text token
        if (token == "[") attribute_depth++
        if (token == "]" && --attribute_depth == 0) {
            attribute = 0
            if (!skipping && attribute_text ~ /^\[cfg\((test\)|all\((test|[^()]*,test)[,)])/) {
                skipping = 1; skip_depth = depth; brackets = item = 0; skipped = ""
                before = token
                return
            }
        }
    }
    if (skipping) {
        # A whole item ends with its brace, or with the semicolon of one without braces; a field or an arm with a comma.
        if (token == "{") depth++
        else if (token == "}") depth--
        else if (token ~ /^[[(]$/) brackets++
        else if (token ~ /^[])]$/) brackets--
        else if (token ~ /^(const|enum|extern|fn|impl|mod|static|struct|trait|type|union|use)$/) item = 1
        if (before == "mod") skipped = token
        if (depth == skip_depth && !brackets && (token == "}" || token == ";" || token == "," && !item)) {
            skipping = 0
            if (token == ";" && skipped != "") for_tests[crate, module "::" skipped] = 1
        } else if (depth < skip_depth) skipping = 0
        before2 = before; before = token
        return
    }
    if (state == "use") use_token(token)
    else if (token == "use" && before != "::") { end_chain(); state = "maybe" }
    else if (state == "maybe") {
        # `use<..>` captures lifetimes.
        state = token == "<" ? "" : "use"
        prefix = branch = alias = ""; deep = itself = renamed = 0
        if (state == "use") { face = public; use_token(token) }
    } else {
        if (token ~ /^[A-Za-z_]/) {
            if (before == "::" && chain != "") chain = chain "::" token
            else {
                end_chain()
                visible_in = before == "in" && before2 == "("
                if (before != "::" && before != ".") chain = token
            }
        } else if (token != "::") end_chain()
        if (token == "{") {
            depth++
            if (before2 == "mod") {
                outer[++inline] = module; outer_depth[inline] = depth
                module = module "::" before
                file_of[crate, module] = name
            }
        } else if (token == "}") {
            if (inline && outer_depth[inline] == depth) module = outer[inline--]
            depth--
        }
    }
    if (token == "pub") public = 1
    else if (token !~ /^([()]|crate|super|self|in|::|use)$/) public = 0
    before2 = before; before = token
}

FNR == 1 { begin_file() }
{ tokens($0) }

# The path from `crate` on that a path in a module of a crate means; "" where it leads out of the crate.
function absolute(crate, module, path, tries,    first, rest, numbers, i, many, inside) {
    if (tries > 8) return ""
    first = path
    sub(/::.*/, "", first)
    rest = substr(path, length(first) + 1)
    if (first == "crate") return path
    if (first == "self") return module rest
    if (first == "super") {
        sub(/::[^:]*$/, "", module)
        return rest == "" ? module : absolute(crate, module, "self" rest, tries + 1)
    }
    if (path ~ /^:/) return ""
    if ((crate, module "::" first) in file_of) return module "::" path
    if ((crate, module, first) in aliases) {
        i = aliases[crate, module, first]
        if (paths[i] == path) return ""
        inside = absolute(crate, in_module[i], paths[i], tries + 1)
        return inside == "" ? "" : inside rest
    }
    many = split(globs[crate, module], numbers, " ")
    for (i = 1; i <= many; i++) {
        inside = absolute(crate, in_module[numbers[i]], paths[numbers[i]], tries + 1)
        if (inside == "" || inside == module || !((crate, inside) in file_of)) continue
        if ((crate, inside "::" first) in file_of) return inside "::" path
        if ((crate, inside, first) in aliases) return absolute(crate, inside, path, tries + 1)
    }
    return ""
}

function test_only(crate, module) {
    while (module ~ /::/) {
        if ((crate, module) in for_tests) return 1
        sub(/::[^:]*$/, "", module)
    }
    return 0
}

# `crate::a::super::b` is `crate::b`.
function straight(path) {
    sub(/::self$/, "", path)
    gsub(/::self::/, "::", path)
    while (match(path, /::[A-Za-z0-9_]+::super/)) path = substr(path, 1, RSTART - 1) substr(path, RSTART + RLENGTH)
    return path
}

function arrow(i,    crate, path, longest, to) {
    crate = in_crate[i]
    if (test_only(crate, in_module[i])) return
    path = straight(absolute(crate, in_module[i], paths[i], 0))
    if (path == "") return
    if (kinds[i] == "use" && (crate, path) in file_of) return
    longest = path
    while (!((crate, longest) in file_of)) if (!sub(/::[^:]*$/, "", longest)) return
    to = file_of[crate, longest]
    if (to == from[i] || (from[i], to) in line_of) return
    line_of[from[i], to] = at[i]
    arrows[crate]++
    targets[from[i]] = targets[from[i]] " " to
}

# The shortest way from a file back to itself, as file names with spaces between, or "".
function way_back(start,    queue, head, tail, came, node, next_ones, many, i, way) {
    queue[head = tail = 1] = start
    while (head <= tail) {
        node = queue[head++]
        many = split(targets[node], next_ones, " ")
        for (i = 1; i <= many; i++) {
            if (next_ones[i] == start) {
                for (way = node; node != start; way = node " " way) node = came[node]
                return way
            }
            if (next_ones[i] in came) continue
            came[next_ones[i]] = node
            queue[++tail] = next_ones[i]
        }
    }
    return ""
}

END {
    for (i = 1; i <= count; i++) arrow(i)
    for (c = 1; c <= crate_count; c++) {
        printf "%s: %d files, %d arrows\n", crates[c], files[crates[c]], arrows[crates[c]]
        for (a = 1; a < ARGC; a++) {
            name = ARGV[a]
            sub(/^\.\//, "", name)
            if (index(name, crates[c] "/src/") != 1) continue
            many = split(way_back(name), way, " ")
            # The shortest circle of each file, unless all of its arrows were in circles printed before.
            another = 0
            for (i = 1; i <= many; i++) {
                to = way[i % many + 1]
                if (!((way[i], to) in printed)) another = 1
                printed[way[i], to] = 1
            }
            if (!another) continue
            found++
            print "    BROKEN: a circle of imports in " crates[c] ":"
            for (i = 1; i <= many; i++) {
                to = way[i % many + 1]
                print "        " way[i] ":" line_of[way[i], to] " imports " to
            }
        }
    }
    exit (found > 0)
}
