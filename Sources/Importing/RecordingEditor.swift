import Recordings
public import Support
public import Zarr

/// Changes recordings that are in a store: what is said of them, where they are, and whether they are there. Their samples stay as they
/// are.
public struct RecordingEditor: Sendable {
    private let store: any WritableStore

    /// An editor of the recordings of `store`.
    public init(_ store: any WritableStore) {
        self.store = store
    }

    /// Carries out `changes` on the recording at `path`, all of them by one rename or none, and notes in its document what was there
    /// before. Returns these notes.
    public func set(_ path: String, to changes: [RecordingChange]) throws(EditError) -> [String] {
        try locked(Self.group(of: path)) { () throws(EditError) in
            let (document, notes) = try changed(path, by: changes)
            try write(document.noting(notes), of: path)
            return notes
        }
    }

    /// What `set` would note, if nobody changes the recording meanwhile. Nothing is changed.
    public func notes(of changes: [RecordingChange], to path: String) throws(EditError) -> [String] {
        try changed(path, by: changes).notes
    }

    private func changed(
        _ path: String, by changes: [RecordingChange]
    ) throws(EditError) -> (document: EditedDocument, notes: [String]) {
        var document = try document(of: path)
        var notes: [String] = []
        for change in changes { notes.append(try change.apply(to: &document, of: path)) }
        return (document, notes)
    }

    /// Removes the recording at `path`: a reader finds all of it or nothing.
    public func remove(_ path: String) throws(EditError) {
        try locked(Self.group(of: path)) { () throws(EditError) in
            _ = try document(of: path)
            do {
                try store.removeNode(path)
            } catch {
                throw EditError(path, "cannot be removed", cause: error)
            }
        }
    }

    /// Moves the recording at `path` into the group at `group`, which is made if it is not there, under the next number, and returns its
    /// new path. A reader finds it at one of the two places. Its document then notes where it was; why it does not, if it cannot be changed, is
    /// the `problem`.
    public func move(_ path: String, to group: String) throws(EditError) -> (place: String, problem: EditError?) {
        guard group != Self.group(of: path) else { throw EditError(path, "is in /\(group) already") }
        guard !"\(group)/".hasPrefix("\(path)/") else { throw EditError(path, "cannot be moved into itself") }
        // A group is not made in vain.
        _ = try document(of: path)
        do {
            try AudioGroup(in: store, path: group).make()
        } catch {
            throw EditError(path, "cannot be moved to /\(group)", cause: error)
        }
        // In one order, so that two moves in opposite directions do not wait for each other.
        let groups = [Self.group(of: path), group].sorted()
        let place = try locked(groups[0]) { () throws(EditError) in
            try locked(groups[1]) { () throws(EditError) in
                _ = try document(of: path)
                return try moveUnlessThere(path, to: group)
            }
        }
        do throws(EditError) {
            try locked(group) { () throws(EditError) in
                try write(document(of: place).noting(["moved from /\(path)"]), of: place)
            }
            return (place, nil)
        } catch {
            return (place, error)
        }
    }

    /// Moves the recording at `path` into the group at `group`, unless that has a recording of the same source.
    private func moveUnlessThere(_ path: String, to group: String) throws(EditError) -> String {
        do {
            let sources = GroupSources(of: group, in: store)
            if let source = StoredSource(of: path, in: store), let sha256 = source.sha256,
                let place = try sources.place(of: SourceIdentity(sha256: sha256, stream: source.stream))
            {
                throw EditError(path, "its source is in /\(group) already, as /\(place)")
            }
            return try store.moveNode(path, numberedIn: group, from: sources.nextNumber())
        } catch let error as EditError {
            throw error
        } catch {
            throw EditError(path, "cannot be moved to /\(group)", cause: error)
        }
    }

    // MARK: - Documents

    private func document(of path: String) throws(EditError) -> EditedDocument {
        do {
            let group = try ZarrGroup.open(store, path: path)
            let document = EditedDocument(
                attributes: try group.attributes(as: [String: JSONValue].self), audioStart: audioStart(of: path))
            guard document.isRecording, !path.isEmpty else {
                throw EditError(path, "is no recording of zarrwlr's, and cannot be changed here")
            }
            return document
        } catch let error as EditError {
            throw error
        } catch {
            throw EditError(path, "cannot be read", cause: error)
        }
    }

    /// The start that the audio of the recording at `path` says.
    private func audioStart(of path: String) -> String? {
        let opened = try? ZarrNode.open(
            store, path: "\(path)/\(HierarchyNames.blob)", cache: BlockCache(budget: 0), attributes: AudioStart.self)
        return opened?.attributes.time
    }

    private struct AudioStart: Decodable {
        let time: String?

        private enum CodingKeys: String, CodingKey {
            case time = "first_sample_time_stamp"
        }
    }

    private func write(_ document: EditedDocument, of path: String) throws(EditError) {
        do {
            try ZarrGroup.replaceAttributes(in: store, path: path, with: document.attributes)
        } catch {
            throw EditError(path, "cannot be changed", cause: error)
        }
    }

    /// Calls `body` while nobody else imports into the group at `path`, or changes its recordings.
    private func locked<T>(_ path: String, _ body: () throws(EditError) -> T) throws(EditError) -> T {
        let result: Result<T, EditError>
        do {
            result = try store.withLock(on: path) { () throws(StoreError) in
                Result { () throws(EditError) in try body() }
            }
        } catch {
            throw EditError(path, "cannot be locked", cause: error)
        }
        return try result.get()
    }

    private static func group(of path: String) -> String {
        path.split(separator: "/").dropLast().joined(separator: "/")
    }
}

/// A recording that could not be changed.
public struct EditError: DescribedError {
    private let path: String
    private let problem: String
    /// The error beneath.
    public let cause: (any Error)?

    init(_ path: String, _ problem: String, cause: (any Error)? = nil) {
        self.path = path
        self.problem = problem
        self.cause = cause
    }

    /// The recording, and what stands in the way.
    public var summary: String { "/\(path): \(problem)" }
}
