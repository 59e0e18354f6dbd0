using System.Globalization;
using System.Text.RegularExpressions;

namespace Federated.Coordinator.Storage;

/// <summary>The name of a checkpoint within its run.</summary>
/// <param name="Round">From 0.</param>
/// <param name="Epoch">Of the coordinator that wrote it, from 1.</param>
internal readonly partial record struct CheckpointName(int Round, ulong Epoch)
{
    /// <summary>Reads a name exactly as <see cref="ToString"/> writes it. False for every other text, so that no path can hide in one.</summary>
    public static bool TryParse(string text, out CheckpointName name) => TryParse(text, out name, out var temporary) && !temporary;

    /// <summary>As above, and also takes the name of a file that becomes a checkpoint when it is complete.</summary>
    public static bool TryParse(string text, out CheckpointName name, out bool temporary)
    {
        (name, temporary) = (default, false);
        var match = Pattern().Match(text);
        if (!match.Success
            || !int.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var round)
            || !ulong.TryParse(match.Groups[3].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch))
            return false;
        (name, temporary) = (new(round, epoch), match.Groups[4].Success);
        return epoch > 0 && name.ToString() == match.Groups[1].Value;
    }

    /// <summary>The name; names in ordinal order are in the order of their rounds up to round 9,999,999.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"round-{Round:D7}-epoch-{Epoch}.safetensors");

    /// <summary>The name while it is being written.</summary>
    /// <param name="process">The writing process.</param>
    /// <param name="write">Tells its writes apart.</param>
    public string Temporary(int process, long write) => string.Create(CultureInfo.InvariantCulture, $"{this}.{process}-{write}.tmp");

    [GeneratedRegex(@"\A(round-([0-9]{7,10})-epoch-([0-9]{1,20})\.safetensors)(\.[0-9]+-[0-9]+\.tmp)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
