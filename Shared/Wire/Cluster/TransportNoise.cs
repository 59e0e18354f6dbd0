using System.Text.RegularExpressions;
using Akka.Event;

namespace Federated.Wire.Cluster;

/// <summary>What Akka's transport tells, with stack traces, whenever a peer closes its connection, also when it leaves as it should. The cluster tells the
/// same in words: a member left, is unreachable, was removed.</summary>
public static partial class TransportNoise
{
    /// <summary>Leaves these messages out of the log. For hosts that log warnings or errors only; whoever asks for more should see them.</summary>
    public static LogFilterBuilder Exclude(LogFilterBuilder filter) => filter.ExcludeMessageRegex(Messages());

    [GeneratedRegex("^Disassociated|^AssociationError|is now gated for|^Association to \\[.*\\] having UID|^The remote system explicitly disassociated")]
    private static partial Regex Messages();
}
