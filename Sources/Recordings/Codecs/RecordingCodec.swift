/// One way in which the audio of a recording is kept.
protocol RecordingCodec: ImportableCodec, Sendable {}
