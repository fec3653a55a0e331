import Commands
import Glibc

let status = ZarrwlrCommand(.standard).run(ZarrwlrCommand.processArguments)
if status == ZarrwlrCommand.interruptedStatus {
    // A shell that runs this in a loop is to end the loop, too.
    signal(SIGINT, SIG_DFL)
    raise(SIGINT)
}
exit(status)
