import AudioCoding
import WaveFile

extension WaveSource {
    /// Bytes of one sample of all channels in the file.
    var blockAlign: Int { head.format.blockAlign }

    /// What is wrong with its samples.
    var damage: MediaDamage {
        var damage = MediaDamage()
        damage.missingSampleCount = missingByteCount / UInt64(max(blockAlign, 1))
        return damage
    }

    /// What is not kept of its samples' containers, in words.
    var containerNotes: [String] {
        guard let packing = head.format.packing, packing.hasSpareBytes else { return [] }
        return [
            "its samples have containers of \(packing.containerByteCount) bytes, and those of the recording \(packing.sampleByteCount): "
                + "what is left out is zero"
        ]
    }

    /// What is wrong with the end of the file, in words.
    var endNotes: [String] {
        var notes: [String] = []
        if isUnfinished {
            notes.append(
                "its header does not say how many samples it has, as if its recorder had not finished it: read to its end"
            )
        }
        if strayByteCount > 0 {
            notes.append("\(strayByteCount) bytes at its end belong to no chunk, and are no sound")
        }
        return notes
    }
}

/// What to say of sound that is behind that of a WAV file.
enum OtherSoundNote {
    /// The note on `byteCount` bytes of it; none if there are none.
    static func notes(_ byteCount: UInt64) -> [String] {
        guard byteCount > 0 else { return [] }
        return [
            "another sound (\(byteCount) bytes) follows its samples, a second data chunk or WAV file, and is in no recording: split it "
                + "off to import it, too"
        ]
    }
}
