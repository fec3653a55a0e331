import COpus
import Support

/// A failed call of libopus.
struct OpusError: DescribedError {
    /// The function's name.
    let call: String
    /// The error code that it returned.
    let code: Int32

    var summary: String { "\(String(cString: opus_strerror(code))) (\(call))" }
}
