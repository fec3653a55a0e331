import Recordings
import Support
import WaveFile
import Zarr

/// `zarrwlr info`: prints all that is known of one recording.
enum InfoCommand {
    struct Configuration: Sendable {
        var isJSON = false
        var catalogue = CatalogueLocation.standard
        var access = StoreAccess()
    }

    static let subcommand = Subcommand(
        "info", operands: "STORE[::GROUP] RECORDING | FILE", operandCount: 1...2,
        summary: "Show all that is known of one recording.",
        notes: """
            RECORDING is its path in the store (pond/mono/0) or the path of its WAV file in a mount (pond/mono/a.wav); FILE is that
            file itself (/mnt/audio/pond/mono/a.wav). The coded stream is read from its first byte to its last.
            """,
        options: [
            CommandOption("--json", effect: .flag { $0.isJSON = true }, help: "print JSON (lines of text)"),
            .catalogue(\.catalogue),
        ] + .access(\.access),
        configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        let (address, name) = try recording(operands)
        streams.confine(toStores: [address], configuration.access, catalogue: configuration.catalogue)
        let store = try OpenStore(
            address, catalogue: configuration.catalogue, configuration.access, streams,
            as: "info")
        let recording = try store.recording(name)
        let description = try RecordingDescription(
            OpenStore.Entry(recording: recording, file: store.file(of: recording)), in: store)
        streams.print(configuration.isJSON ? try JSONText.document(description) : description.text)
        return .done
    }

    /// The store and the recording that `operands` name.
    private static func recording(
        _ operands: [String]
    ) throws(CommandError) -> (address: StoreAddress, recording: String) {
        guard operands.count == 1 else { return (StoreAddress(operands[0]), operands[1]) }
        let (store, recording) = try MountedRecording.find(operands[0])
        return (StoreAddress(path: store, group: ""), recording)
    }
}
