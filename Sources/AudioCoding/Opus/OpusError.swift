import COpus
import Support

/// A failed call of libopus.
struct OpusError: DescribedError, CustomDebugStringConvertible {
    /// The function's name, which says nothing to users.
    let call: String
    /// The error code that it returned.
    let code: Int32

    var summary: String { String(cString: opus_strerror(code)) }

    var debugDescription: String { "\(summary) (\(call))" }

    /// Throws unless `call` has returned success as its `code`.
    static func check(_ call: String, _ code: Int32) throws(OpusError) {
        guard code == OPUS_OK else { throw OpusError(call: call, code: code) }
    }
}
