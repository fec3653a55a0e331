import WaveFile

extension MetadataSelection {
    /// The selection that `text`, the value of the option `name`, asks for.
    init(option name: String, _ text: String) throws(CommandError) {
        guard let selection = MetadataSelection(names: text) else {
            throw CommandError(
                "option '\(name)': '\(text)' is not 'all', 'none', or some of "
                    + "'\((Self.kindNames + ["nolocation"]).joined(separator: ":"))'")
        }
        self = selection
    }
}
