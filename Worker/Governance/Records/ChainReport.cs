using Federated.Core.Privacy.Governance;

namespace Federated.Worker.Governance.Records;

/// <summary>What is wrong with a record, and where.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">1-based line; 0 for the file as a whole.</param>
/// <param name="Message">A sentence.</param>
public sealed record ChainFault(string File, int Line, string Message)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => Line > 0 ? $"{File}, line {Line}: {Message}" : $"{File}: {Message}";
}

/// <summary>What reading a whole record found.</summary>
/// <param name="Head">The end of the chain as far as it holds.</param>
/// <param name="Fault">The first thing that is wrong; null where nothing is.</param>
public sealed record ChainReport(ChainHead Head, ChainFault? Fault)
{
    /// <value>Segments that were read.</value>
    public int Segments { get; init; }

    /// <value>Bytes of the last segment up to where the chain holds.</value>
    public long SoundBytes { get; init; }

    /// <value>Bytes after the head that a crash left unfinished: nothing left the worker for them, and a worker that starts cuts them off.</value>
    public long UnfinishedBytes { get; init; }

    /// <value>The head as its file has it; null where there is none.</value>
    public ChainHead? Recorded { get; init; }
}

/// <summary>One entry of a record.</summary>
/// <param name="number">From 1.</param>
/// <param name="hash">Of the entry.</param>
/// <param name="body">Its JSON object as UTF-8; valid during the call that brings it.</param>
public readonly ref struct ChainEntry(long number, string hash, ReadOnlySpan<byte> body)
{
    /// <value>From 1.</value>
    public long Number { get; } = number;

    /// <value>Of the entry.</value>
    public string Hash { get; } = hash;

    /// <value>Its JSON object as UTF-8.</value>
    public ReadOnlySpan<byte> Body { get; } = body;
}
