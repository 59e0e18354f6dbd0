using Federated.Cli.Terminal;
using Federated.Core;

namespace Federated.Cli.Client;

/// <summary>Where the coordinator's gRPC ports are.</summary>
internal static class CoordinatorAddress
{
    /// <summary>Taken when neither the option nor <see cref="Variable"/> names another.</summary>
    public const string Default = "http://127.0.0.1:5600";

    /// <summary>The environment variable with the addresses.</summary>
    public const string Variable = "FEDERATED_COORDINATOR";

    /// <summary>The option's value, else the variable's, else the default: addresses separated by commas, each once, at least one.
    /// <c>host:port</c> stands for <c>http://host:port</c>.</summary>
    /// <exception cref="CommandException">One of them is no address.</exception>
    public static IReadOnlyList<Uri> Resolve(string? option, Func<string, string?> variable)
    {
        var fromVariable = option is null && variable(Variable) is { Length: > 0 };
        var text = option ?? (fromVariable ? variable(Variable)! : Default);
        return [.. text.Split(',', StringSplitOptions.TrimEntries).Select(one => Parse(one, text, fromVariable)).Distinct()];
    }

    private static Uri Parse(string one, string text, bool fromVariable)
    {
        var url = one.Contains("://", StringComparison.Ordinal) ? one : $"http://{one}";
        if (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Host.Length > 0 && address.AbsolutePath == "/") return address;
        var wrong = one == text ? $"'{text}', which is no address of a coordinator" : $"'{text}', where '{one}' is no address of a coordinator";
        throw new CommandException(ExitCodes.Usage,
            $"{(fromVariable ? Variable : "--coordinator")} is {wrong}: write http://HOST:PORT, for example {Default}; commas separate several.",
            remedy: "");
    }
}
