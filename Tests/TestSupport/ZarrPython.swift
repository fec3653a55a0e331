public import Foundation
public import Testing

/// A Python that has zarr-python: `$ZARRWLR_PYTHON`, else the one of the checkout's `.venv`, which `make test` makes.
public enum ZarrPython {
    /// Its path; nil where there is none.
    public static let interpreter: String? = {
        let named = ProcessInfo.processInfo.environment["ZARRWLR_PYTHON"]
        let own = TestFiles.repository.appending(path: ".venv/bin/python").path
        return [named, own].compactMap(\.self).first {
            (try? run($0, "-c", "import zarr").status) == 0
        }
    }()

    /// What a skipped suite says.
    public static let comment: Comment = "needs zarr-python: set ZARRWLR_PYTHON to a Python that has it"

    /// Whether it can decode sound, with PyAV and SoundFile.
    public static let decodes = interpreter.map { (try? run($0, "-c", "import av, soundfile").status) == 0 } ?? false

    /// What a skipped suite says.
    public static let decodingComment: Comment = "needs zarr-python, PyAV and SoundFile: see ZARRWLR_PYTHON"

    /// How what the recording at `path` in the `store` decodes to differs from the WAV file `wav`, as
    /// Tests/Fixtures/scripts/decode_blob.py says it in JSON.
    public static func comparison(of path: String, in store: String, with wav: String) throws -> Data {
        let script = TestFiles.fixtures.appending(path: "scripts/decode_blob.py").path
        return try runChecked([interpreter ?? "python3", script, store, path, wav]).output
    }

    /// What zarr-python finds in the store at `folder`, as Tests/Fixtures/scripts/read_zarr.py says it in JSON.
    public static func contents(of folder: URL) throws -> Data {
        let script = TestFiles.fixtures.appending(path: "scripts/read_zarr.py").path
        return try runChecked([interpreter ?? "python3", script, folder.path]).output
    }
}
