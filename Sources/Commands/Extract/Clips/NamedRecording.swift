import Recordings

/// A recording, and the names that a table may have for it.
struct NamedRecording: Sendable {
    let recording: Recording
    /// Its WAV file's path in a mount.
    let file: String
    /// The folders that it lies in, outermost first.
    let folders: [String]
    /// The folders that its source lay in below the folder that was imported, as far as the store has them. What is above is not known.
    private let sourceFolders: [String]
    /// The last part of `file`.
    let fileName: String
    /// The names that it is known by, without their extensions.
    let stems: Set<String>

    init(_ recording: Recording, file: String) {
        self.recording = recording
        self.file = file
        folders = recording.path.split(separator: "/").dropLast().map(String.init)
        sourceFolders = recording.sourcePath?.split(separator: "/").dropLast().map(String.init) ?? []
        let fileName = file.split(separator: "/").last.map(String.init) ?? file
        self.fileName = fileName
        stems = [SourceReference.stem(fileName), SourceReference.stem(recording.sourceName), recording.sourceName]
    }

    /// The name of its file, without the extension.
    var stem: String { fileName.lowercased().hasSuffix(".wav") ? String(fileName.dropLast(4)) : fileName }

    /// How well `source` fits it by its name: the more folders, the better, and the whole name better than one with another extension.
    /// Nil if `source` has another name.
    func fit(_ source: SourceReference) -> Int? {
        let isExact = source.name == fileName || source.name == recording.sourceName
        guard isExact || stems.contains(source.stem) || stems.contains(source.name)
        else { return nil }
        return 2 * sharedFolders(with: source.folders) + (isExact ? 1 : 0)
    }

    /// Whether no folder of `source` contradicts those that are known, of the recording in the store or of its source: from the innermost
    /// on they are the same, until those of one side end. A table made elsewhere has more folders, which say nothing.
    func hasFolders(of source: SourceReference) -> Bool {
        // A name that only the store has is one of a mounted file.
        let isMounted = source.name == fileName && fileName != recording.sourceName
        let known = (isMounted ? [folders] : [folders, sourceFolders]).filter { !$0.isEmpty }
        return known.isEmpty
            || known.contains { $0.sharedEnd(with: source.folders) == min($0.count, source.folders.count) }
    }

    /// Whether `source` has all folders that are known of it, of which there is one.
    func sharesAllFolders(with source: SourceReference) -> Bool {
        [folders, sourceFolders].contains { !$0.isEmpty && $0.sharedEnd(with: source.folders) == $0.count }
    }

    /// How many of `others`, from the innermost on, are folders of the recording or of its source.
    func sharedFolders(with others: [String]) -> Int {
        max(folders.sharedEnd(with: others), sourceFolders.sharedEnd(with: others))
    }
}
