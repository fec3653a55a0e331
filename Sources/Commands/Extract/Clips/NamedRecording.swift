import Recordings

/// A recording, and the names that a table may have for it.
struct NamedRecording: Sendable {
    let recording: Recording
    /// Its WAV file's path in a mount.
    let file: String
    /// The folders that it lies in, outermost first.
    let folders: [String]
    /// The last part of `file`.
    let fileName: String
    /// The names that it is known by, without their extensions.
    let stems: Set<String>

    init(_ recording: Recording, file: String) {
        self.recording = recording
        self.file = file
        folders = recording.path.split(separator: "/").dropLast().map(String.init)
        let fileName = file.split(separator: "/").last.map(String.init) ?? file
        self.fileName = fileName
        stems = [SourceReference.stem(fileName), SourceReference.stem(recording.sourceName), recording.sourceName]
    }

    /// The name of its file, without the extension.
    var stem: String { fileName.lowercased().hasSuffix(".wav") ? String(fileName.dropLast(4)) : fileName }

    /// How well `source` fits it: the more folders, the better, and the whole name better than one with another extension. Nil if
    /// `source` is another file.
    func fit(_ source: SourceReference) -> Int? {
        let isExact = source.name == fileName || source.name == recording.sourceName
        guard isExact || stems.contains(source.stem) || stems.contains(source.name)
        else { return nil }
        return 2 * source.folders.sharedEnd(with: folders) + (isExact ? 1 : 0)
    }
}
