import Support
import Zarr

/// Something that puts a recording right without its source.
protocol RecordingRepair {
    /// Whether it takes what is there for right, though something says that it may not be.
    var believesWhatIsThere: Bool { get }

    /// Puts the recording at `path` of `store` right.
    func apply(to store: any WritableStore, path: String, cache: BlockCache) throws
}
