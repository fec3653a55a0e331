import AudioCoding
import Recordings
import Support
import WaveFile

extension OpenSource {
    /// What is wrong with it if it is decoded, `damage` among it.
    func damage(_ damage: MediaDamage) throws -> MediaDamage {
        var damage = damage
        damage.lacksEnd = try lacksEnd
        let missing = (try? AnnouncedSamples.missingByteCount(of: file.waveBytes)) ?? 0
        if missing > 0, let format = description.stream.format {
            damage.missingSampleCount = missing / UInt64(max(format.byteCount * description.stream.channels, 1))
        }
        return damage
    }

    /// What is wrong with it if it is stored as `survey` shows.
    func damage(of survey: SourceSurvey) throws -> MediaDamage {
        try damage(of: survey.damage, sampleCount: survey.sampleCount, announced: survey.announcedSampleCount)
    }

    /// What is wrong with it, `damage` among it, if `sampleCount` samples of one channel of it are stored, and it announces as many as
    /// `announced`; nil if that is not known to the sample.
    func damage(of damage: MediaDamage, sampleCount: UInt64, announced: UInt64?) throws -> MediaDamage {
        var damage = damage
        // Containers may announce padding, too, or round.
        let tolerance = announced == nil ? UInt64(description.stream.sampleRate) / 10 : 0
        let missing = (announced ?? announcedSampleCount)?.subtracting(sampleCount) ?? 0
        damage.missingSampleCount = missing > tolerance ? missing : 0
        damage.lacksEnd = try lacksEnd
        return damage
    }

    /// Whether it is an Ogg file without its last page. Nothing else in one says how long it is.
    private var lacksEnd: Bool {
        get throws {
            guard case .decoded(let media) = content else {
                return try description.container == "ogg" && OggEnd.isMissing(in: file.codedStream)
            }
            return try media.lacksEnd
        }
    }
}
