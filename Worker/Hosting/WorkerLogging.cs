using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Federated.Worker.Hosting;

/// <summary>One log for Akka, gRPC and our own code, on standard error: standard output belongs to results.</summary>
internal static class WorkerLogging
{
    public static void Configure(ILoggingBuilder logging, string level)
    {
        var least = Parse(level);
        logging.SetMinimumLevel(least);
        // The frameworks tell every call and every connection at info; whoever wants that asks for debug.
        var frameworks = least is LogLevel.Information ? LogLevel.Warning : least;
        logging.AddFilter("Microsoft", frameworks);
        logging.AddFilter("Grpc", frameworks);
        if (least >= LogLevel.Warning)
        {
            // Akka's cluster warns of every try to join, and its transport calls every closed connection an error, with its stack, also when the
            // peer left
            // as it should. The worker says in its own words what it comes to.
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

    public static Akka.Event.LogLevel ForAkka(string level) => Parse(level) switch
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
