public import Foundation
public import Testing

/// A Python with zarr-python: `$ZARRWLR_PYTHON`, or the one in the folder `.venv`, which `make test` makes.
public enum ZarrPython {
    /// Its path; nil if there is none.
    public static let interpreter: String? = {
        let named = ProcessInfo.processInfo.environment["ZARRWLR_PYTHON"]
        let own = TestFiles.repository.appending(path: ".venv/bin/python").path
        return [named, own].compactMap(\.self).first {
            (try? run($0, "-c", "import zarr").status) == 0
        }
    }()

    /// The comment on a skipped suite.
    public static let comment: Comment = "needs zarr-python: set ZARRWLR_PYTHON to a Python that has it"

    /// Whether it can decode sound with PyAV and SoundFile.
    public static let decodes = interpreter.map { (try? run($0, "-c", "import av, soundfile").status) == 0 } ?? false

    /// Whether it has pandas.
    public static let hasPandas = interpreter.map { (try? run($0, "-c", "import pandas").status) == 0 } ?? false

    /// The comment on a skipped suite.
    public static let decodingComment: Comment = "needs zarr-python, PyAV and SoundFile: see ZARRWLR_PYTHON"

    /// The differences between the decoded recording at `path` in `store` and the WAV file `wav`, as JSON from
    /// Tests/Fixtures/scripts/decode_blob.py.
    public static func comparison(of path: String, in store: String, with wav: String) throws -> Data {
        let script = TestFiles.fixtures.appending(path: "scripts/decode_blob.py").path
        return try runChecked([interpreter ?? "python3", script, store, path, wav]).output
    }

    /// The contents of the store at `folder` according to zarr-python, as JSON from Tests/Fixtures/scripts/read_zarr.py.
    public static func contents(of folder: URL) throws -> Data {
        let script = TestFiles.fixtures.appending(path: "scripts/read_zarr.py").path
        return try runChecked([interpreter ?? "python3", script, folder.path]).output
    }
}
