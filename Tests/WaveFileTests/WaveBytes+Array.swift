@testable import WaveFile

extension WaveBytes {
    /// A file of exactly `bytes`.
    init(_ bytes: [UInt8]) {
        self.init(byteCount: UInt64(bytes.count)) { range in
            Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
        }
    }
}
