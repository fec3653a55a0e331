/// The names in zarrwlr's hierarchy that do not depend on the codec.
public enum HierarchyNames {
    /// The attribute `magic_id` of an audio group.
    public static let audioGroupMagic = "zarrwlr_original_audio_group_fherb2_23091969052025"
    /// The attribute `type` of a recording's group.
    public static let recordingType = "original_audio_file"
    /// The attributes `version` of an audio group, and `original_audio_data_array_version` of a recording's.
    public static let version = [1, 0]

    /// What `from` says in the `start` of `source_metadata` if the start was set after the import. It then counts, whatever the audio says.
    public static let startThatWasSet = "set"

    /// The coded audio of a recording, or its samples.
    public static let blob = "audio_data_blob_array"
    /// The checksums of coded audio, block by block.
    public static let blobChecksums = "audio_crc32c"
    /// The bytes of a WAV source before its samples.
    public static let sourceHead = "source_head"
    /// The bytes of a WAV source after its samples.
    public static let sourceTail = "source_tail"
    /// The bytes before the samples of a WAV source that was decoded: with the samples as they are kept, they are no file.
    public static let codedSourceHead = "coded_source_head"
    /// The bytes after the samples of a WAV source that was decoded.
    public static let codedSourceTail = "coded_source_tail"
    /// All bytes of a damaged source that was decoded as far as that goes.
    public static let damagedSource = "damaged_source"

    /// The arrays of a recording that do not depend on its codec.
    static let arrays = [blob, blobChecksums] + sourceArrays
    /// Those that keep what of the source is not its sound.
    static let sourceArrays = [sourceHead, sourceTail, codedSourceHead, codedSourceTail, damagedSource]
}
