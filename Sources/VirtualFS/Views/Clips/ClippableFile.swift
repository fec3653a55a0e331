import Recordings

/// A WAV file that has all samples of a recording, so that clips can be made of it.
protocol ClippableFile: File {
    /// The members of the recording's group.
    var contents: GroupContents { get }
    /// The recording's number among them.
    var number: Int { get }
    /// How many times slower than the recording it is.
    var expansion: UInt32 { get }
}
