/// One way in which the audio of recordings is kept: all that reading, checking, describing and importing them needs to know of it.
///
/// What is particular to a codec is in its folder, and one line of `CodecRegistry` names it.
protocol RecordingCodec: ImportableCodec, Sendable {
    /// Whether it keeps the very samples of the source, so that those, between `source_head` and `source_tail`, are the source
    /// file byte for byte.
    var isLossless: Bool { get }

    /// What the names of files of such a stream end with, without a full stop; nil if it is in no file that players know.
    var fileExtension: String? { get }

    /// Whether the stream of an import of such a file is that file, byte for byte, if it has as many bytes.
    var keepsSourceFiles: Bool { get }

    /// Whether there may be tags in such a stream.
    var streamHasTags: Bool { get }

    /// Whether a decoder makes the samples. Then decoding is counted and done ahead of readers, and the sample rate is the
    /// stream's own, which `sampling_rescale_factor` applies to.
    var isDecoded: Bool { get }

    /// The arrays beside the audio that say where something is in it.
    var indexNames: [String] { get }

    /// The index of which rows here and there are read when the audio is opened; nil if there is none.
    var probedIndexName: String? { get }

    /// The arrays beside the audio that hold a part of the stream, such as its header.
    var partNames: [String] { get }

    /// The arrays beside the audio that `check` reads. A check reads all others for nothing but their checksums.
    var checkedArrays: [String] { get }

    /// Whether `audio` is kept in this way.
    func recognizes(_ audio: StoredAudio) -> Bool

    /// Finds out what must be known of `audio` before its first sample. Throws if it cannot be served.
    func open(_ audio: StoredAudio, _ services: StreamServices) throws(RecordingError) -> OpenedAudio

    /// Goes through all of `audio` and the arrays that belong to it, and adds to `check` what is wrong with them. `opened` is nil
    /// if the audio cannot be opened, the reason for which has been added.
    func check(_ audio: StoredAudio, opened: OpenedAudio?, in check: inout RecordingCheck)

    /// Decodes all of `loaded` after `check`, and adds to `check` what is wrong with the samples.
    func checkSamples(of loaded: LoadedRecording, in check: inout RecordingCheck)

    /// Goes through all of `audio` and counts its frames; nil if there are none.
    func statistics(of audio: StoredAudio) throws -> StreamStatistics?
}

extension RecordingCodec {
    /// A decoder makes the samples.
    var isDecoded: Bool { true }

    /// Its name.
    var fileExtension: String? { name.rawValue }

    /// An import takes the stream out of its file.
    var keepsSourceFiles: Bool { false }

    /// There may be.
    var streamHasTags: Bool { true }

    /// None is.
    var probedIndexName: String? { nil }

    /// All of the stream is the audio.
    var partNames: [String] { [] }

    /// All arrays beside the audio that an import writes for this codec.
    var ownNames: Set<String> { Set(HierarchyNames.arrays + indexNames + partNames + checkedArrays) }

    /// The indexes.
    var checkedArrays: [String] { indexNames }

    /// Whether it is coded bytes that the store calls by the codec's name.
    func recognizes(_ audio: StoredAudio) -> Bool {
        audio.isCoded && audio.codecName?.lowercased() == name.rawValue
    }

    /// Decodes them, and compares the source's checksum if it can be restored.
    func checkSamples(of loaded: LoadedRecording, in check: inout RecordingCheck) {
        check.decode(loaded)
    }
}
