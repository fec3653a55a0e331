import Commands
import Glibc

exit(ZarrwlrCommand(.standard).run(Array(CommandLine.arguments.dropFirst())))
