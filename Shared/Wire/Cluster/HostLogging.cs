using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Federated.Wire.Cluster;

/// <summary>One log for a host, its frameworks, Akka and our own code, on standard error: standard output belongs to results.</summary>
public static class HostLogging
{
    /// <summary>Sets up the host's own loggers.</summary>
    /// <param name="logging">The host's.</param>
    /// <param name="level">trace, debug, info, warn or error.</param>
    public static void Configure(ILoggingBuilder logging, string level)
    {
        var least = Parse(level);
        logging.SetMinimumLevel(least);
        // The frameworks tell every call and every connection at info; whoever wants that asks for debug.
        var frameworks = least is LogLevel.Information ? LogLevel.Warning : least;
        logging.AddFilter("Microsoft", frameworks);
        logging.AddFilter("Grpc", frameworks);
        // It calls a node that is still joining an error; whoever asks for the health gets the answer.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        if (least >= LogLevel.Warning)
        {
            // Akka's cluster warns of every try to join, and its transport calls every closed connection an error, with its stack, also when the peer
            // left as it should. The hosts say in their own words what it comes to.
            logging.AddFilter("Akka", LogLevel.Error);
            logging.AddFilter("Akka.Remote", LogLevel.Critical);
        }
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    /// <summary>Sends what Akka and the actors log to the host's loggers.</summary>
    /// <param name="akka">The host's actor system.</param>
    /// <param name="services">Have the loggers.</param>
    /// <param name="level">As for <see cref="Configure"/>.</param>
    public static AkkaConfigurationBuilder WithHostLog(this AkkaConfigurationBuilder akka, IServiceProvider services, string level) => akka
        .AddSetup(new HostLogSetup(services.GetRequiredService<ILoggerFactory>()))
        .ConfigureLoggers(loggers =>
        {
            loggers.ClearLoggers();
            loggers.LogLevel = ForAkka(level);
            loggers.AddLogger<HostLog>();
        });

    private static Akka.Event.LogLevel ForAkka(string level) => Parse(level) switch
    {
        LogLevel.Trace or LogLevel.Debug => Akka.Event.LogLevel.DebugLevel,
        LogLevel.Information => Akka.Event.LogLevel.InfoLevel,
        LogLevel.Warning => Akka.Event.LogLevel.WarningLevel,
        _ => Akka.Event.LogLevel.ErrorLevel,
    };

    private static LogLevel Parse(string level) => level switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "No such log level."),
    };
}
