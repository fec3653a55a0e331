# Completions of zarrwlr and zarrwlr-mount for bash, with the functions of bash-completion. The program itself says what fits.
_zarrwlr() {
    local cur words cword
    # The colons and equals signs in a word do not end it.
    _get_comp_words_by_ref -n =: cur words cword
    local -a lines
    mapfile -t lines < <(command zarrwlr complete "${words[@]:0:cword}" "$cur" 2> /dev/null)
    local kind=${lines[0]%% *} prefix=${lines[0]#* } line
    # But readline replaces only what comes after the last of them.
    local head=${cur%"${cur##*[=:]}"}
    COMPREPLY=()
    case $kind in
    words | parts)
        for line in "${lines[@]:1}"; do
            line=${line%%$'\t'*}
            COMPREPLY+=("${line#"$head"}")
        done
        [[ $kind != parts ]] || compopt -o nospace 2> /dev/null
        ;;
    files | folders)
        local path=${cur#"$prefix"}
        local start=${head#"$prefix"}
        cur=$path
        if [[ $kind == folders ]]; then _filedir -d; else _filedir; fi
        [[ -z $start ]] || COMPREPLY=("${COMPREPLY[@]#"$start"}")
        ;;
    esac
}

complete -F _zarrwlr zarrwlr zarrwlr-mount
