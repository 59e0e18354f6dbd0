using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Engine;
using Federated.Engine.Data;
using Federated.Engine.OwnModels;

namespace Federated.Cli.Local;

/// <summary>Makes engines for <c>--device</c>.</summary>
internal static class DeviceEngine
{
    /// <param name="store">Loads data sets.</param>
    /// <param name="device">What the option says, checked by it.</param>
    /// <param name="models">Folders out of which jobs may load models of their own.</param>
    /// <exception cref="CommandException">The device is not there.</exception>
    public static TorchEngine Create(DatasetStore store, string device, IEnumerable<string> models)
    {
        try
        {
            return new TorchEngine(store, ComputeDevice.Parse(device)!, new ModelFolders(models));
        }
        catch (EngineException e)
        {
            throw new CommandException(ExitCodes.Usage, e.Message, remedy: "", e);
        }
    }
}
