import Recordings

/// A file that is made of a recording.
protocol DerivedFile: File {
    /// The members of the recording's group.
    var contents: GroupContents { get }
    /// The recording's number among them.
    var number: Int { get }
}
