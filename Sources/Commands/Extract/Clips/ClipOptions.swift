import Support
import WaveFile

/// How the rows of a table become clips.
struct ClipOptions: Sendable {
    /// How much is added before and after each.
    var context: SamplePosition?
    /// The length that all have.
    var length: SamplePosition?
    /// Whether `length` lies around the middle of a row's part; otherwise it begins where the part does.
    var isCentred = false
    /// Their names.
    var name: ClipName = .standard
    var encoding: SampleEncoding?
    /// Whether what lies outside the recordings is filled up with silence.
    var isPadded = false

    /// Whether one of those is set that have no meaning without a table.
    var needTable: Bool { context != nil || length != nil || isCentred || name.isGiven }

    /// Throws if options contradict each other.
    func check() throws(CommandError) {
        guard context == nil || length == nil else {
            throw CommandError("--context adds to each part, and --length makes all as long: give one of them")
        }
        guard !isCentred || length != nil else { throw CommandError("--centre needs a --length") }
    }
}
