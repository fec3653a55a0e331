import Support

/// The progress of work on many bytes: how much is done, how fast, and how long the rest will take.
struct Pace {
    let byteCount: UInt64
    let totalByteCount: UInt64
    /// Seconds since it began.
    let seconds: Double

    /// "1.2 GiB of 3.4 GiB, 56 MiB/s, 0:00:42 left".
    var text: String {
        let rate = Double(byteCount) / max(seconds, 0.001)
        let rest = Double(totalByteCount.subtracting(byteCount) ?? 0) / max(rate, 1)
        let restText = SampleDuration(samples: UInt64(exactly: rest.rounded()) ?? 0, rate: 1).clock.prefix { $0 != "." }
        return "\(ByteCountText.short(byteCount)) of \(ByteCountText.short(max(totalByteCount, byteCount))), "
            + "\(ByteCountText.short(UInt64(exactly: rate.rounded()) ?? 0))/s, \(restText) left"
    }
}
