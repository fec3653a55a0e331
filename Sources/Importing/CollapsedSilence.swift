import Recordings
import WaveFile

/// Searches a file for silence that an AudioMoth has collapsed. A triggered recording (`…T.WAV`) has, in the place of a run of
/// silent blocks of 512 bytes, one block whose first 32 samples are the bits of how many there were: 1 and -1, the lowest first.
///
/// Such a file is shorter than what was recorded, until AudioMoth's own software expands it.
struct CollapsedSilence {
    private static let blockByteCount = 512
    private static let samplesPerBlock: UInt64 = 256

    /// Blocks found so far.
    private(set) var blockCount = 0
    /// Samples that they stand for.
    private(set) var missingSampleCount: UInt64 = 0

    /// The bytes so far of a block that is not complete.
    private var block: [UInt8] = []
    /// Bytes to skip until a block begins.
    private var passed: Int

    /// A search that begins at byte `offset` of the file.
    init(offset: UInt64) {
        let rest = Int(offset % UInt64(Self.blockByteCount))
        passed = rest == 0 ? 0 : Self.blockByteCount - rest
    }

    /// Searches the next bytes of the file.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let skip = min(passed, rest.count)
            passed -= skip
            rest = rest.dropFirst(skip)
            let part = rest.prefix(Self.blockByteCount - block.count)
            rest = rest.dropFirst(part.count)
            block += part
            guard block.count == Self.blockByteCount else { continue }
            if let count = Self.count(in: block) {
                blockCount += 1
                missingSampleCount += UInt64(count) * Self.samplesPerBlock
            }
            block.removeAll(keepingCapacity: true)
        }
    }

    /// How many blocks `block` stands for; nil if it holds samples.
    private static func count(in block: [UInt8]) -> UInt32? {
        var count: UInt32 = 0
        for bit in 0..<32 {
            switch (block[2 * bit], block[2 * bit + 1]) {
            case (1, 0): count |= 1 << UInt32(bit)
            case (0xFF, 0xFF): continue
            default: return nil
            }
        }
        return block[64...].allSatisfy { $0 == 0 } ? count : nil
    }
}

extension CollapsedSilence {
    /// Whether the name of a file says that its silence is collapsed, and not expanded yet.
    static func isExpected(in fileName: String) -> Bool {
        fileName.prefix { $0 != "." }.last?.uppercased() == "T"
    }

    /// What to say of it in the file called `fileName`. Throws if that says that it is not expanded yet, unless it `isKept`.
    func note(on fileName: String, isKept: Bool) throws(ImportError) -> String {
        let found = "\(blockCount) blocks that stand for \(missingSampleCount) samples of silence"
        guard isKept || !Self.isExpected(in: fileName) else {
            throw ImportError(
                "is a triggered AudioMoth recording with \(found): expand it with the AudioMoth Configuration App "
                    + "(File, Expand AudioMoth Recordings) first, or store it as it is with --keep-collapsed")
        }
        return "triggered AudioMoth recording, stored as it is: it has \(found), and its times are off by as much"
    }
}

extension WaveMetadata {
    /// Whether the metadata name an AudioMoth as the recorder.
    var isAudioMoth: Bool {
        info.contains { $0.value.contains("AudioMoth") } || guano.contains { $0.value.contains("AudioMoth") }
    }
}
