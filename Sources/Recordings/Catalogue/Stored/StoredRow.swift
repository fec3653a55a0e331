import Support

/// A row of a catalogue that is kept in a store: what is at a path.
struct StoredRow: Sendable, Equatable {
    /// What is there.
    enum Content: Sendable, Equatable {
        case recording(RecordingFacts)
        /// A group, and when its document was last written, if that is known.
        case group(modified: Timestamp?)
        /// A node that may be a recording and could not be read: a reader looks for itself.
        case unread
        /// Nothing any more, whatever older rows say.
        case gone
    }

    /// The path of the node in the store; empty for the root.
    let path: String
    let content: Content

    /// What the column `kind` has for it.
    var kind: Int64 {
        switch content {
        case .recording: 0
        case .group: 1
        case .unread: 2
        case .gone: 3
        }
    }
}
