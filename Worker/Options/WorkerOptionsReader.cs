using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Federated.Wire.Cluster;

namespace Federated.Worker.Options;

/// <summary>Reads <see cref="WorkerOptions"/> from the environment and from arguments.</summary>
public static class WorkerOptionsReader
{
    /// <summary>Prefix of the environment variables, as in <c>FEDERATED_WORKER_PUBLIC_HOST</c>.</summary>
    public const string EnvironmentPrefix = "FEDERATED_WORKER_";

    private static readonly ImmutableArray<string> Names =
    [
        "name", "host", "public-host", "cluster-port", "seeds", "slots", "data-folders", "clients", "coordinator-timeout", "drain-timeout", "log-level",
    ];

    /// <summary>Reads <c>--key value</c> and <c>--key=value</c> arguments over environment variables over defaults. Lists are separated by commas,
    /// data folders as the platform separates paths; times are seconds.</summary>
    /// <returns>The options and everything that is wrong with them, in reading and by <see cref="WorkerOptionsValidator"/>.</returns>
    public static (WorkerOptions Options, ImmutableArray<string> Errors) Read(IReadOnlyList<string> arguments)
    {
        var errors = ImmutableArray.CreateBuilder<string>();
        var options = new WorkerOptions();
        foreach (var (name, value) in NodeArguments.Read(EnvironmentPrefix, arguments, Names, errors)) options = With(options, name, value, errors);
        errors.AddRange(WorkerOptionsValidator.Check(options));
        return (options, errors.ToImmutable());
    }

    private static WorkerOptions With(WorkerOptions options, string name, string value, ImmutableArray<string>.Builder errors)
    {
        switch (name)
        {
            case "name": return options with { Name = value };
            case "host": return options with { Host = value };
            case "public-host": return options with { PublicHost = value };
            case "cluster-port": return options with { ClusterPort = Whole(options.ClusterPort) };
            case "seeds": return options with { Seeds = Split(value, ',') };
            case "slots": return options with { Slots = Whole(options.Slots) };
            case "data-folders": return options with { DataFolders = Split(value, Path.PathSeparator) };
            case "clients": return options with { Clients = Split(value, ',') };
            case "coordinator-timeout": return options with { CoordinatorTimeout = Seconds() ?? options.CoordinatorTimeout };
            case "drain-timeout": return options with { DrainTimeout = Seconds() ?? options.DrainTimeout };
            case "log-level": return options with { LogLevel = value };
            default: throw new UnreachableException(name);
        }

        int Whole(int fallback)
        {
            if (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
            errors.Add($"{name} is '{value}': it must be a whole number.");
            return fallback;
        }

        TimeSpan? Seconds()
        {
            if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && Math.Abs(seconds) <= 1e9)
                return TimeSpan.FromSeconds(seconds);
            errors.Add($"{name} is '{value}': it must be a number of seconds.");
            return null;
        }
    }

    private static ImmutableArray<string> Split(string value, char separator) =>
        [.. value.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
