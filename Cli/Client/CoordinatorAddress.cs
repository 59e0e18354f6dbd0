using Federated.Cli.Terminal;
using Federated.Core;

namespace Federated.Cli.Client;

/// <summary>Where the coordinator's gRPC port is.</summary>
internal static class CoordinatorAddress
{
    /// <summary>Taken when neither the option nor <see cref="Variable"/> names another.</summary>
    public const string Default = "http://127.0.0.1:5600";

    /// <summary>The environment variable with the address.</summary>
    public const string Variable = "FEDERATED_COORDINATOR";

    /// <summary>The option's value, else the variable's, else the default. <c>host:port</c> stands for <c>http://host:port</c>.</summary>
    /// <exception cref="CommandException">It is no address.</exception>
    public static Uri Resolve(string? option, Func<string, string?> variable)
    {
        var fromVariable = option is null && variable(Variable) is { Length: > 0 };
        var text = option ?? (fromVariable ? variable(Variable)! : Default);
        var url = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        if (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Host.Length > 0 && address.AbsolutePath == "/") return address;
        throw new CommandException(ExitCodes.Usage,
            $"{(fromVariable ? Variable : "--coordinator")} is '{text}', which is no address of a coordinator: write http://HOST:PORT, for example {Default}.", remedy: "");
    }
}
