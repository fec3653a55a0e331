import CLibFuzzer
import Glibc
import Support

// `zarrwlr-fuzz PARSER [options and folders of libFuzzer]`; without arguments it prints the names of the parsers. `make fuzz` runs them all.

guard CommandLine.argc > 1, let name = CommandLine.unsafeArgv[1].map({ String(cString: $0) }),
    let parser = Parsers.all[name]
else {
    print(Parsers.all.keys.sorted().joined(separator: "\n"))
    exit(CommandLine.argc > 1 ? 2 : 0)
}

// libFuzzer takes a C function, which cannot capture the parser.
Parsers.chosen = parser
var argumentCount = CommandLine.argc - 1
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
exit(
    LLVMFuzzerRunDriver(&argumentCount, &arguments) { data, count in
        Parsers.chosen(Array(UnsafeBufferPointer(start: data, count: count)))
        return 0
    })
