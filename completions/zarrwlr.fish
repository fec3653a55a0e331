# Completions of zarrwlr and zarrwlr-mount for fish. The program itself says what fits.
function __zarrwlr_complete
    set -l current (commandline -ct)
    set -l lines (command zarrwlr complete (commandline -opc) "$current" 2>/dev/null)
    set -l kind (string split -m 1 ' ' -- $lines[1])
    switch $kind[1]
        case words parts
            printf '%s\n' $lines[2..-1]
        case files folders
            set -l path (string sub -s (math 1 + (string length -- "$kind[2]")) -- "$current")
            if test $kind[1] = folders
                string replace -r -- '^' "$kind[2]" (__fish_complete_directories "$path" '')
            else
                string replace -r -- '^' "$kind[2]" (__fish_complete_path "$path")
            end
    end
end

for program in zarrwlr zarrwlr-mount
    complete -c $program -f -a '(__zarrwlr_complete)'
end
