import Commands
import Glibc

let streams = CommandStreams.standard
let command = MountCommand(output: { streams.print($0) }, errors: streams.errors)
exit(command.run(ZarrwlrCommand.processArguments))
