using System.Globalization;

namespace Federated.Cli.Verbs;

/// <summary>The options of a hosting verb in the form that the host itself reads, so that its environment variables and checks apply to both.</summary>
internal sealed class HostArguments
{
    private readonly List<string> _arguments = [];

    public IReadOnlyList<string> Arguments => _arguments;

    public HostArguments Add(string name, string? value)
    {
        if (value is not null) _arguments.AddRange([$"--{name}", value]);
        return this;
    }

    public HostArguments Add(string name, int? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public HostArguments Add(string name, double? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public HostArguments Add(string name, IReadOnlyCollection<string>? values, char separator) => Add(name, values is { Count: > 0 } ? string.Join(separator, values) : null);

    public HostArguments AddVerbose(bool verbose) => Add("log-level", verbose ? "info" : null);
}
